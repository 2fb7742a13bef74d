// SPDX-License-Identifier: Apache-2.0
#include "data/block_mapper.hpp"

#include <bit>

#include "data/cell_kernels.hpp"

namespace scprior::core {

BlockMapper::Order BlockMapper::order_of(const std::vector<int32_t>& to_space, int64_t n_space_genes) {
  std::vector<bool> seen(n_space_genes, false);
  Order order = Order::ascending;
  int32_t last = -1;
  for (const int32_t gene : to_space) {
    if (gene < 0) continue;
    if (seen[gene]) return Order::merging;
    seen[gene] = true;
    if (gene < last) order = Order::other;
    last = gene;
  }
  return order;
}

BlockMapper::BlockMapper(const std::vector<int32_t>& to_space, int64_t n_space_genes)
    : to_space_(to_space), order_(order_of(to_space, n_space_genes)), row_ptr_{0} {
  if (order_ == Order::ascending) return;
  sums_.assign(n_space_genes, 0);
  present_.assign((n_space_genes + 63) / 64, 0);
}

/// Without branches on what is dropped: it is written and overwritten.
int64_t BlockMapper::filter_row(std::span<const int32_t> columns, const float* values, int64_t place) {
  for (size_t entry = 0; entry < columns.size(); ++entry) {
    const int32_t gene = to_space_[columns[entry]];
    const float value = values[entry];
    columns_[place] = gene;
    values_[place] = value;
    place += (gene >= 0) & (value != 0);
  }
  return place;
}

/// Sorted output without sorting: a sum and a bit for each gene.
int64_t BlockMapper::sort_row(std::span<const int32_t> columns, const float* values, int64_t place) {
  for (size_t entry = 0; entry < columns.size(); ++entry) {
    const int32_t gene = to_space_[columns[entry]];
    if (gene < 0 || values[entry] == 0) continue;
    sums_[gene] += values[entry];
    present_[gene >> 6] |= uint64_t{1} << (gene & 63);
  }
  for (size_t word = 0; word < present_.size(); ++word) {
    for (uint64_t bits = present_[word]; bits != 0; bits &= bits - 1) {
      const int32_t gene = static_cast<int32_t>(word * 64 + std::countr_zero(bits));
      columns_[place] = gene;
      values_[place++] = sums_[gene] <= largest_count ? static_cast<float>(sums_[gene]) : 2 * largest_count;
      sums_[gene] = 0;
    }
    present_[word] = 0;
  }
  return place;
}

bool BlockMapper::map(const CountBlock& block) {
  const int64_t n_rows = static_cast<int64_t>(block.row_ptr.size()) - 1, n = block.row_ptr.back();
  if (!range_of_counts(block.values.data(), n).counts) return false;
  row_ptr_.assign(n_rows + 1, 0);
  row_sums_.resize(n_rows);
  columns_.resize(n + 1);  // one more, for what filter_row writes and does not keep
  values_.resize(n + 1);
  dropped_ = sum_of_counts(block.values.data(), n);
  for (int64_t row = 0; row < n_rows; ++row) {
    const int64_t begin = block.row_ptr[row], place = row_ptr_[row];
    const std::span columns(block.columns.data() + begin, static_cast<size_t>(block.row_ptr[row + 1] - begin));
    row_ptr_[row + 1] = order_ == Order::ascending ? filter_row(columns, block.values.data() + begin, place)
                                                   : sort_row(columns, block.values.data() + begin, place);
    row_sums_[row] = sum_of_counts(values_.data() + place, row_ptr_[row + 1] - place);
    dropped_ -= row_sums_[row];
  }
  return order_ != Order::merging || range_of_counts(values_.data(), row_ptr_.back()).counts;
}

}  // namespace scprior::core
