// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/kernels/sparse.hpp"

namespace scprior::kernels {

struct NegativeBinomialTerm {
  double value;        ///< ln NB(x | μ, θ)
  double d_log_mu;     ///< its derivative with respect to ln μ
  double d_log_theta;  ///< ... to ln θ
};

/// Negative binomial with mean μ and inverse dispersion θ, Var = μ + μ²/θ, and its derivatives, for one count.
///
///     ln NB = [lnΓ(x+θ) - lnΓ(θ) - x ln θ] - (x+θ) ln(1 + μ/θ) + x ln μ - lnΓ(x+1)
///
/// Source: dony2020, methods. Differs: arranged so that no large terms cancel, from ln μ and ln θ.
/// Domain: x >= 0, not only whole numbers (the Γ function continues the formula); |ln μ|, |ln θ| <= 300. In the range
/// x <= 1e5, 1e-8 <= μ <= 1e5, 1e-4 <= θ <= 1e8 the error is below 1e-10 (relative, or absolute below 1).
SCPRIOR_API NegativeBinomialTerm negative_binomial_term(double x, double log_mu, double log_theta);

/// The predicted logits and the counts of R rows; a row is one posterior sample of one cell.
template <class T>
struct NegativeBinomialBlock {
  CsrView<T> counts;              ///< [B, G]
  const T* log_size = nullptr;    ///< [B] ln(l / 1e4); -inf: an empty cell
  int64_t n_rows = 0;             ///< R
  int64_t first_row = 0;          ///< row r is of cell (first_row + r) % B
  T* mean = nullptr;              ///< [R, G] in: a, with ln μ = clip(a, ±60) + log_size; out: d ln p / d a
  T* log_theta = nullptr;         ///< [R, G] in: ln θ of gene and cell; out: d ln p / d ln θ. Null: gene_log_theta
  const T* gene_log_theta = nullptr;  ///< [G] ln θ of the gene
  const T* row_weight = nullptr;  ///< [R] weights of gene_gradient; null: 1
  T* gene_gradient = nullptr;     ///< [G] out: Σ_r weight_r · d ln p_r / d ln θ_g; null: not wanted
  double* log_prob = nullptr;     ///< [R] out: Σ_g ln NB
  bool gradients = true;          ///< false: only log_prob is computed; mean and log_theta are left overwritten
};

/// Largest |a| that passes unclipped. Where |a| is larger, d ln p / d a = 0.
inline constexpr double negative_binomial_clip = 60;

enum class InstructionSet { best, baseline };

/// ln NB of each row and its derivatives, in place: logits become gradients.
///
/// Counts of 0, nine in ten, take one vectorised pass in T; the others are computed in double. An empty cell
/// (log_size = -inf) has mean 0: its log_prob is 0, or -inf if it has counts after all, and its gradients are 0.
/// Returns -1, or, if counts are negative or not finite, the index of the first such entry; results are then
/// meaningless.
/// Results do not depend on the number of threads. `baseline` avoids the processor's extensions, for tests.
template <class T>
SCPRIOR_API int64_t negative_binomial(const NegativeBinomialBlock<T>& block,
                                      InstructionSet instructions = InstructionSet::best);

}  // namespace scprior::kernels
