// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/kernels/instruction_set.hpp"
#include "scprior/kernels/sparse.hpp"

namespace scprior::kernels {

/// A parameter of the counts' distribution beside the mean: of each gene in each cell, or of each gene.
template <class T>
struct CountParameter {
  T* cells = nullptr;          ///< [R, n] in: the parameter less bias; out: d ln p / d parameter. Null: genes
  const T* genes = nullptr;    ///< [n]
  T* gene_gradient = nullptr;  ///< [n] out: Σ_r weight_r · gradient of the gene's parameter; null: not wanted
  const T* bias = nullptr;     ///< [n] added to `cells`; null: 0
};

/// The predicted logits and the counts of R rows at n neighbouring genes; a row is one posterior sample of one cell.
template <class T>
struct CountBlock {
  CsrView<T> counts;             ///< [B, G]
  int64_t first_gene = 0;        ///< of the n genes
  int64_t n_genes = 0;           ///< n
  int64_t row_stride = 0;        ///< of the [R, n] arrays
  const T* log_size = nullptr;   ///< [B] ln(l / 1e4); -inf: an empty cell
  int64_t n_rows = 0;            ///< R
  int64_t first_row = 0;         ///< row r is of cell (first_row + r) % B
  const T* bias = nullptr;       ///< [n] added to `mean`; null: 0
  T* mean = nullptr;             ///< [R, n] in: a less bias, with ln μ = clip(a, ±60) + log_size; out: d ln p / d a
  CountParameter<T> dispersion;  ///< ln θ (negative binomial, with or without zero inflation)
  CountParameter<T> inflation;   ///< r, with π = σ(clip(r, ±60)) (zero inflation)
  const T* row_weight = nullptr; ///< [R] weights of the gene gradients; null: 1
  double* log_prob = nullptr;    ///< [R] out: Σ_g ln p over the n genes
  bool gradients = true;         ///< false: only log_prob is computed; the [R, n] arrays are left overwritten
};

/// Largest |a| and |r| that pass unclipped. Beyond, the derivative is 0.
inline constexpr double logit_clip = 60;

/// ln p of each row and its derivatives, in place: logits become gradients.
///
/// Counts of 0, nine in ten, take one vectorised pass in T; the others are computed in double. An empty cell
/// (log_size = -inf) has mean 0: its log_prob is 0, or -inf if it has counts after all, and its gradients are 0.
/// Returns -1, or, if counts are negative or not finite, the index of the first such entry; results are then
/// meaningless. Results do not depend on the number of threads.
template <class T>
using CountFunction = int64_t (*)(const CountBlock<T>& block, InstructionSet instructions);

/// One distribution of counts in both floating types.
struct CountKernel {
  CountFunction<float> of_float;
  CountFunction<double> of_double;

  int64_t operator()(const CountBlock<float>& block) const { return of_float(block, InstructionSet::best); }
  int64_t operator()(const CountBlock<double>& block) const { return of_double(block, InstructionSet::best); }
};

}  // namespace scprior::kernels
