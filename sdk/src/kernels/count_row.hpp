// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "count_group.hpp"
#include "vector_math.hpp"

namespace scprior::kernels {

/// A piece of a CountBlock that one thread works on: some rows of some genes. Its bounds depend on the sizes only.
template <class T>
struct CountTile {
  static constexpr int64_t max_genes = 1024, max_rows = 32;

  const CountBlock<T>* block;
  InstructionSet instructions;
  int64_t first_row, last_row, first_gene, last_gene;  // genes counted from the block's first
  double* log_prob;        // [rows] out: sums over the genes of this tile
  T* dispersion_gradient;  // [genes] out: sums over the rows of this tile; null: not wanted
  T* inflation_gradient;
  int64_t invalid;  // out: the first entry whose count is no count, or -1

  SCPRIOR_INLINE int64_t first_column() const { return block->first_gene + first_gene; }
  SCPRIOR_INLINE int64_t last_column() const { return block->first_gene + last_gene; }
};

template <class T>
struct CountRange {
  // Within: exp and quotients stay normal numbers. Beyond θ = e^±40 nothing is left of θ in float.
  static constexpr T log_mu = sizeof(T) == 4 ? 80 : 300;
  static constexpr T log_theta = sizeof(T) == 4 ? 40 : 300, low_log_theta = sizeof(T) == 4 ? -40 : -300;
  static constexpr T ratio = sizeof(T) == 4 ? T(1e37) : T(1e300);
  // Below, p is nothing beside the least π, e^-60.
  static constexpr T low_log_p = sizeof(T) == 4 ? -80 : -300;
  // Stands at the non-zeros during the pass over the zeros: adds less than rounding, and makes no denormal numbers.
  static constexpr T log_mu_of_nothing = sizeof(T) == 4 ? -32 : -60;
};

/// NaN stays NaN.
template <class T>
SCPRIOR_INLINE T clipped_logit(T a) {
  return limited(a, T(-logit_clip), T(logit_clip));
}

template <class T>
SCPRIOR_INLINE bool unclipped(T a) {
  return (a >= T(-logit_clip)) & (a <= T(logit_clip));
}

/// What a tile keeps of one parameter.
template <class T>
struct ParameterScratch {
  static constexpr int64_t genes = CountTile<T>::max_genes;
  T value[genes], inverse[genes];  // per gene: θ and 1/θ, or e^r and 1/(1 + e^r)
  T column[genes];                 // per gene: the gradient so far
  T at_counts[genes];              // the parameter at the non-zeros of the row
};

template <class T>
struct CountScratch {
  T mean[CountTile<T>::max_genes];  // logits at the non-zeros of the row
  ParameterScratch<T> dispersion, inflation;
  CountGroup group;
};

/// One row within a tile: logits in, gradients out.
template <class T>
struct CountRow {
  int64_t genes;
  T log_size, weight;
  T *mean, *dispersion, *inflation;  // the latter null: per gene
};

/// Which of the variants of the loops runs.
template <bool gradients_, bool dispersion_of_cells_, bool inflation_of_cells_>
struct CountCase {
  static constexpr bool gradients = gradients_;
  static constexpr bool dispersion_of_cells = dispersion_of_cells_, inflation_of_cells = inflation_of_cells_;
};

// A model, the template argument of count_tile.hpp, says of a distribution:
//
//     static constexpr bool has_dispersion, has_inflation;
//     template <class Case, class T> static T zeros(const CountRow<T>&, CountScratch<T>&)
//         // the pass over one row as if every count were 0: gradients in place, returns the sum of the values
//     static void group(CountGroup&, int64_t n, InstructionSet)

}  // namespace scprior::kernels
