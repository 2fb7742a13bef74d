// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "count_row.hpp"

namespace scprior::kernels {

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
SCPRIOR_INLINE double empty_cell(const CountTile<T>& tile, int64_t begin, int64_t end, const CountRow<T>& row) {
  for (T* const gradient : {row.mean, row.dispersion, row.inflation})
    if (tile.block->gradients && gradient) std::fill(gradient, gradient + row.genes, T(0));
  const T* values = tile.block->counts.values;
  const bool counts = std::any_of(values + begin, values + end, [](T x) { return x != 0; });
  return counts ? -std::numeric_limits<double>::infinity() : 0;
}

/// Counts [first, first + n), whose logits stand in scratch from `at` on.
template <class Model, class T>
SCPRIOR_INLINE void fill_group(const CsrView<T>& counts, int64_t first, int64_t at, int64_t n, T log_size,
                               CountScratch<T>& scratch) {
  CountGroup& group = scratch.group;
  for (int64_t k = 0; k < n; ++k) {
    group.x[k] = counts.values[first + k];
    group.log_mu[k] = static_cast<T>(clipped_logit(scratch.mean[at + k]) + log_size);
    if constexpr (Model::has_dispersion) group.log_theta[k] = scratch.dispersion.at_counts[at + k];
    if constexpr (Model::has_inflation) group.logit[k] = clipped_logit(scratch.inflation.at_counts[at + k]);
  }
}

/// The counts that are not 0: entries [begin, end) of the row, whose logits stand in scratch. Returns the sum of the
/// values.
template <class Model, class Case, class T>
SCPRIOR_INLINE double counts_of_row(const CountTile<T>& tile, int64_t begin, int64_t end, const CountRow<T>& row,
                                    CountScratch<T>& scratch) {
  const CsrView<T>& counts = tile.block->counts;
  const CountGroup& group = scratch.group;
  double sum = 0;
  for (int64_t first = begin; first < end; first += CountGroup::size) {
    const int64_t at = first - begin, n = std::min(CountGroup::size, end - first);
    fill_group<Model>(counts, first, at, n, row.log_size, scratch);
    Model::group(scratch.group, n, tile.instructions);
    for (int64_t k = 0; k < n; ++k) sum += group.value[k];
    if constexpr (Case::gradients) {
      for (int64_t k = 0; k < n; ++k) {
        const int64_t gene = counts.columns[first + k] - tile.first_column();
        row.mean[gene] = unclipped(scratch.mean[at + k]) ? static_cast<T>(group.d_log_mu[k]) : T(0);
        if constexpr (Model::has_dispersion) {
          const T gradient = static_cast<T>(group.d_log_theta[k]);
          if constexpr (Case::dispersion_of_cells) row.dispersion[gene] = gradient;
          else scratch.dispersion.column[gene] += row.weight * gradient;
        }
        if constexpr (Model::has_inflation) {
          const T gradient = unclipped(scratch.inflation.at_counts[at + k]) ? static_cast<T>(group.d_logit[k]) : T(0);
          if constexpr (Case::inflation_of_cells) row.inflation[gene] = gradient;
          else scratch.inflation.column[gene] += row.weight * gradient;
        }
      }
    }
  }
  return sum;
}

template <class T>
SCPRIOR_INLINE void add_bias(const T* bias, int64_t genes, T* row) {
  if (!bias) return;
#pragma omp simd
  for (int64_t g = 0; g < genes; ++g) row[g] += bias[g];
}

template <class Model, class Case, class T>
SCPRIOR_INLINE double row_of_tile(CountTile<T>& tile, int64_t row_index, CountScratch<T>& scratch) {
  const CountBlock<T>& block = *tile.block;
  const CsrView<T>& counts = block.counts;
  const int64_t cell = (block.first_row + row_index) % counts.n_rows, row_end = counts.row_ptr[cell + 1];
  const int64_t begin = first_from(counts.columns, counts.row_ptr[cell], row_end, tile.first_column());
  const int64_t end = first_from(counts.columns, begin, row_end, tile.last_column());
  const int64_t offset = row_index * block.row_stride + tile.first_gene;
  const CountRow<T> row{tile.last_gene - tile.first_gene,
                        block.log_size[cell],
                        block.row_weight ? block.row_weight[row_index] : T(1),
                        block.mean + offset,
                        Case::dispersion_of_cells ? block.dispersion.cells + offset : nullptr,
                        Case::inflation_of_cells ? block.inflation.cells + offset : nullptr};

  for (int64_t entry = begin; entry < end; ++entry) {
    const bool inside = counts.columns[entry] >= tile.first_column() && counts.columns[entry] < tile.last_column();
    if (is_count(counts.values[entry]) && inside && entry - begin < row.genes) continue;
    tile.invalid = tile.invalid < 0 ? entry : std::min(tile.invalid, entry);
    return 0;
  }
  if (row.log_size == -std::numeric_limits<T>::infinity()) return empty_cell(tile, begin, end, row);
  const auto of_tile = [&](const T* bias) { return bias ? bias + tile.first_gene : nullptr; };
  add_bias(of_tile(block.bias), row.genes, row.mean);
  if constexpr (Case::dispersion_of_cells) add_bias(of_tile(block.dispersion.bias), row.genes, row.dispersion);
  if constexpr (Case::inflation_of_cells) add_bias(of_tile(block.inflation.bias), row.genes, row.inflation);

  for (int64_t entry = begin; entry < end; ++entry) {
    const int64_t at = entry - begin, gene = counts.columns[entry] - tile.first_column();
    const int64_t of_gene = tile.first_gene + gene;
    scratch.mean[at] = row.mean[gene];
    if constexpr (Model::has_dispersion)
      scratch.dispersion.at_counts[at] = row.dispersion ? row.dispersion[gene] : block.dispersion.genes[of_gene];
    if constexpr (Model::has_inflation)
      scratch.inflation.at_counts[at] = row.inflation ? row.inflation[gene] : block.inflation.genes[of_gene];
    row.mean[gene] = CountRange<T>::log_mu_of_nothing - row.log_size;
  }
  const T zeros = Model::template zeros<Case>(row, scratch);
  return zeros + counts_of_row<Model, Case>(tile, begin, end, row, scratch);
}

template <class T>
SCPRIOR_INLINE void prepare_dispersion(int64_t genes, const T* log_theta, ParameterScratch<T>& scratch) {
  using Range = CountRange<T>;
#pragma omp simd
  for (int64_t g = 0; g < genes; ++g) {
    scratch.value[g] = exponential(limited(log_theta[g], Range::low_log_theta, Range::log_theta));
    scratch.inverse[g] = T(1) / scratch.value[g];
    scratch.column[g] = 0;
  }
}

template <class T>
SCPRIOR_INLINE void prepare_inflation(int64_t genes, const T* logit, ParameterScratch<T>& scratch) {
#pragma omp simd
  for (int64_t g = 0; g < genes; ++g) {
    scratch.value[g] = exponential(clipped_logit(logit[g]));
    scratch.inverse[g] = T(1) / (T(1) + scratch.value[g]);
    scratch.column[g] = 0;
  }
}

template <class Model, class Case, class T>
SCPRIOR_INLINE void rows_of_tile(CountTile<T>& tile) {
  constexpr bool gene_dispersion = Model::has_dispersion && !Case::dispersion_of_cells;
  constexpr bool gene_inflation = Model::has_inflation && !Case::inflation_of_cells;
  CountScratch<T> scratch;
  const CountBlock<T>& block = *tile.block;
  const int64_t genes = tile.last_gene - tile.first_gene;
  if constexpr (gene_dispersion)
    prepare_dispersion(genes, block.dispersion.genes + tile.first_gene, scratch.dispersion);
  if constexpr (gene_inflation) prepare_inflation(genes, block.inflation.genes + tile.first_gene, scratch.inflation);
  for (int64_t row = tile.first_row; row < tile.last_row; ++row)
    tile.log_prob[row - tile.first_row] = row_of_tile<Model, Case>(tile, row, scratch);
  if constexpr (Case::gradients && gene_dispersion)
    if (tile.dispersion_gradient) std::copy_n(scratch.dispersion.column, genes, tile.dispersion_gradient);
  if constexpr (Case::gradients && gene_inflation)
    for (int64_t g = 0; tile.inflation_gradient && g < genes; ++g)
      tile.inflation_gradient[g] =
          unclipped(block.inflation.genes[tile.first_gene + g]) ? scratch.inflation.column[g] : T(0);
}

template <class Model, bool gradients, class T>
SCPRIOR_INLINE void compute_tile(CountTile<T>& tile) {
  const bool dispersion_of_cells = tile.block->dispersion.cells, inflation_of_cells = tile.block->inflation.cells;
  if constexpr (!Model::has_dispersion) {
    rows_of_tile<Model, CountCase<gradients, false, false>>(tile);
  } else if constexpr (!Model::has_inflation) {
    dispersion_of_cells ? rows_of_tile<Model, CountCase<gradients, true, false>>(tile)
                        : rows_of_tile<Model, CountCase<gradients, false, false>>(tile);
  } else if (dispersion_of_cells) {
    inflation_of_cells ? rows_of_tile<Model, CountCase<gradients, true, true>>(tile)
                       : rows_of_tile<Model, CountCase<gradients, true, false>>(tile);
  } else {
    inflation_of_cells ? rows_of_tile<Model, CountCase<gradients, false, true>>(tile)
                       : rows_of_tile<Model, CountCase<gradients, false, false>>(tile);
  }
}

template <class Model, class T>
SCPRIOR_INLINE void compute_tile(CountTile<T>& tile) {
  tile.block->gradients ? compute_tile<Model, true>(tile) : compute_tile<Model, false>(tile);
}

/// Cuts the block into tiles, computes each, and adds up their results in a fixed order.
template <class T>
int64_t run_tiles(const CountBlock<T>& block, InstructionSet instructions, void (*compute)(CountTile<T>&));

/// Defines run(block, instructions) for one floating type: compute_tile<Model> once per instruction set.
#define SCPRIOR_COUNT_KERNEL(Model, T)                                                                    \
  SCPRIOR_MULTIVERSION void best_##T(CountTile<T>& tile) { compute_tile<Model>(tile); }                   \
  void baseline_##T(CountTile<T>& tile) { compute_tile<Model>(tile); }                                    \
  void compute_##T(CountTile<T>& tile) {                                                                  \
    tile.instructions == InstructionSet::best ? best_##T(tile) : baseline_##T(tile);                      \
  }                                                                                                       \
  int64_t run(const CountBlock<T>& block, InstructionSet set) { return run_tiles<T>(block, set, compute_##T); }

}  // namespace scprior::kernels
