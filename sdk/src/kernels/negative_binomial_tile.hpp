// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "negative_binomial_group.hpp"

namespace scprior::kernels {

/// A piece of a NegativeBinomialBlock that one thread works on: some rows of some genes. Its bounds depend on the sizes
/// only.
template <class T>
struct NegativeBinomialTile {
  static constexpr int64_t max_genes = 1024, max_rows = 32;

  const NegativeBinomialBlock<T>* block;
  int64_t first_row, last_row, first_gene, last_gene;
  double* log_prob;  // [rows] out: sums over the genes of this tile
  T* gene_gradient;  // [genes] out: sums over the rows of this tile; null: not wanted
  int64_t invalid;   // out: the first entry whose count is no count, or -1
};

template <class T>
struct NegativeBinomialRange {
  // Within: exp, quotients and squares of them stay normal numbers. Beyond θ = e^±40 nothing is left of θ in float.
  static constexpr T log_mu = sizeof(T) == 4 ? 80 : 300;
  static constexpr T log_theta = sizeof(T) == 4 ? 80 : 300, low_log_theta = sizeof(T) == 4 ? -40 : -300;
  static constexpr T ratio = sizeof(T) == 4 ? T(1e37) : T(1e300);
  // Stands at the non-zeros during the pass over the zeros: adds less than rounding, and makes no denormal numbers.
  static constexpr T log_mu_of_nothing = sizeof(T) == 4 ? -32 : -60;
};

/// NaN stays NaN.
template <class T>
SCPRIOR_INLINE T clipped_logit(T a) {
  return limited(a, T(-negative_binomial_clip), T(negative_binomial_clip));
}

/// The pass over n genes of one row as if every count were 0: returns the sum of the values.
/// per_cell: θ from log_theta, its gradients to log_theta; else θ from theta and inverse, gradients · weight added to
/// column.
template <class T, bool gradients, bool per_cell>
SCPRIOR_INLINE T zeros_of_row(int64_t n, T log_size, T weight, T* mean, T* log_theta, const T* theta, const T* inverse,
                              T* column) {
  using Range = NegativeBinomialRange<T>;
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t g = 0; g < n; ++g) {
    const T a = mean[g];
    const T mu = exponential(limited(clipped_logit(a) + log_size, -Range::log_mu, Range::log_mu));
    T theta_g, inverse_g;
    if constexpr (per_cell) {
      theta_g = exponential(limited(log_theta[g], Range::low_log_theta, Range::log_theta));
      inverse_g = T(1) / theta_g;
    } else {
      theta_g = theta[g];
      inverse_g = inverse[g];
    }
    const T ratio = mu * inverse_g;
    const T t = ratio > Range::ratio ? Range::ratio : ratio;
    const T q = T(1) / (T(1) + t);
    const LogOnePlus<T> log_1t = log_one_plus(t, q);
    sum -= theta_g * log_1t.value;
    if constexpr (gradients) {
      const bool inside = (a >= T(-negative_binomial_clip)) & (a <= T(negative_binomial_clip));
      mean[g] = inside ? -mu * q : T(0);
      const T by_theta = -theta_g * log_1t.excess;
      if constexpr (per_cell) {
        log_theta[g] = by_theta;
      } else {
        column[g] += weight * by_theta;
      }
    }
  }
  return sum;
}

template <class T>
struct NegativeBinomialScratch {
  static constexpr int64_t genes = NegativeBinomialTile<T>::max_genes;
  T theta[genes], inverse[genes], column[genes];
  T mean[genes], log_theta[genes];  // logits at the non-zeros of the row
  NegativeBinomialGroup group;
};

/// The first entry in [begin, end) of ascending columns that is not below `column`.
SCPRIOR_INLINE int64_t first_from(const int32_t* columns, int64_t begin, int64_t end, int64_t column) {
  return std::lower_bound(columns + begin, columns + end, column) - columns;
}

template <class T>
SCPRIOR_INLINE bool is_count(T x) {
  return x >= 0 && x <= std::numeric_limits<T>::max();
}

/// A cell without counts has mean 0: nothing can be learned from it.
template <class T>
SCPRIOR_INLINE double empty_cell(const NegativeBinomialTile<T>& tile, int64_t begin, int64_t end, T* mean,
                                 T* log_theta) {
  const int64_t genes = tile.last_gene - tile.first_gene;
  if (tile.block->gradients) {
    std::fill(mean, mean + genes, T(0));
    if (log_theta) std::fill(log_theta, log_theta + genes, T(0));
  }
  const T* values = tile.block->counts.values;
  const bool counts = std::any_of(values + begin, values + end, [](T x) { return x != 0; });
  return counts ? -std::numeric_limits<double>::infinity() : 0;
}

/// The counts that are not 0: entries [begin, end) of the row, whose logits stand in scratch. Returns the sum of the
/// values.
template <class T, bool gradients, bool per_cell>
SCPRIOR_INLINE double counts_of_row(const NegativeBinomialTile<T>& tile, int64_t begin, int64_t end, T log_size,
                                    T weight, T* mean, T* log_theta, NegativeBinomialScratch<T>& scratch) {
  const CsrView<T>& counts = tile.block->counts;
  NegativeBinomialGroup& group = scratch.group;
  double sum = 0;
  for (int64_t first = begin; first < end; first += NegativeBinomialGroup::size) {
    const int64_t n = std::min(NegativeBinomialGroup::size, end - first);
    for (int64_t k = 0; k < n; ++k) {
      group.x[k] = counts.values[first + k];
      group.log_mu[k] = static_cast<T>(clipped_logit(scratch.mean[first - begin + k]) + log_size);
      group.log_theta[k] = scratch.log_theta[first - begin + k];
    }
    compute(group, n);
    for (int64_t k = 0; k < n; ++k) sum += group.value[k];
    if constexpr (gradients) {
      for (int64_t k = 0; k < n; ++k) {
        const int64_t gene = counts.columns[first + k] - tile.first_gene;
        const T a = scratch.mean[first - begin + k], limit = T(negative_binomial_clip);
        mean[gene] = a >= -limit && a <= limit ? static_cast<T>(group.d_log_mu[k]) : T(0);
        if constexpr (per_cell) {
          log_theta[gene] = static_cast<T>(group.d_log_theta[k]);
        } else {
          scratch.column[gene] += weight * static_cast<T>(group.d_log_theta[k]);
        }
      }
    }
  }
  return sum;
}

template <class T, bool gradients, bool per_cell>
SCPRIOR_INLINE double row_of_tile(NegativeBinomialTile<T>& tile, int64_t row, NegativeBinomialScratch<T>& scratch) {
  const NegativeBinomialBlock<T>& block = *tile.block;
  const CsrView<T>& counts = block.counts;
  const int64_t cell = (block.first_row + row) % counts.n_rows, genes = tile.last_gene - tile.first_gene;
  const int64_t row_end = counts.row_ptr[cell + 1];
  const int64_t begin = first_from(counts.columns, counts.row_ptr[cell], row_end, tile.first_gene);
  const int64_t end = first_from(counts.columns, begin, row_end, tile.last_gene);
  T* mean = block.mean + row * counts.n_columns + tile.first_gene;
  T* log_theta = per_cell ? block.log_theta + row * counts.n_columns + tile.first_gene : nullptr;
  const T log_size = block.log_size[cell], weight = block.row_weight ? block.row_weight[row] : T(1);

  for (int64_t entry = begin; entry < end; ++entry) {
    if (is_count(counts.values[entry]) && entry - begin < genes) continue;
    tile.invalid = tile.invalid < 0 ? entry : std::min(tile.invalid, entry);
    return 0;
  }
  if (log_size == -std::numeric_limits<T>::infinity()) return empty_cell(tile, begin, end, mean, log_theta);

  for (int64_t entry = begin; entry < end; ++entry) {
    const int64_t gene = counts.columns[entry] - tile.first_gene;
    scratch.mean[entry - begin] = mean[gene];
    scratch.log_theta[entry - begin] = per_cell ? log_theta[gene] : block.gene_log_theta[tile.first_gene + gene];
    mean[gene] = NegativeBinomialRange<T>::log_mu_of_nothing - log_size;
  }
  const T zeros = zeros_of_row<T, gradients, per_cell>(genes, log_size, weight, mean, log_theta, scratch.theta,
                                                       scratch.inverse, scratch.column);
  return zeros + counts_of_row<T, gradients, per_cell>(tile, begin, end, log_size, weight, mean, log_theta, scratch);
}

template <class T, bool gradients, bool per_cell>
SCPRIOR_INLINE void rows_of_tile(NegativeBinomialTile<T>& tile) {
  using Range = NegativeBinomialRange<T>;
  NegativeBinomialScratch<T> scratch;
  const int64_t genes = tile.last_gene - tile.first_gene;
  if constexpr (!per_cell) {
    const T* log_theta = tile.block->gene_log_theta + tile.first_gene;
#pragma omp simd
    for (int64_t g = 0; g < genes; ++g) {
      scratch.theta[g] = exponential(limited(log_theta[g], Range::low_log_theta, Range::log_theta));
      scratch.inverse[g] = T(1) / scratch.theta[g];
      scratch.column[g] = 0;
    }
  }
  for (int64_t row = tile.first_row; row < tile.last_row; ++row)
    tile.log_prob[row - tile.first_row] = row_of_tile<T, gradients, per_cell>(tile, row, scratch);
  if (gradients && !per_cell && tile.gene_gradient) std::copy_n(scratch.column, genes, tile.gene_gradient);
}

template <class T>
SCPRIOR_INLINE void compute(NegativeBinomialTile<T>& tile) {
  const bool per_cell = tile.block->log_theta != nullptr;
  if (tile.block->gradients) {
    per_cell ? rows_of_tile<T, true, true>(tile) : rows_of_tile<T, true, false>(tile);
  } else {
    per_cell ? rows_of_tile<T, false, true>(tile) : rows_of_tile<T, false, false>(tile);
  }
}

}  // namespace scprior::kernels
