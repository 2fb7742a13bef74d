// SPDX-License-Identifier: Apache-2.0
#include "data/block_mapper.hpp"

#include <algorithm>
#include <atomic>
#include <bit>

#include "data/count_check.hpp"
#include "scprior/parallel.hpp"

namespace scprior::core {

/// Sums of one cell by gene of the space, and which of them are there: sorted output without sorting.
struct BlockMapper::Workspace {
  explicit Workspace(int64_t n_genes) : sums(n_genes, 0.0), present((n_genes + 63) / 64, 0) {}
  std::vector<double> sums;  // float would round 2^24 + 1 down to a count that looks exact
  std::vector<uint64_t> present;
};

BlockMapper::BlockMapper(const std::vector<int32_t>& to_space, int64_t n_space_genes)
    : to_space_(to_space), n_space_genes_(n_space_genes), row_ptr_{0} {}

bool BlockMapper::map_row(const CountBlock& block, int64_t row, Workspace& work) {
  double total = 0, dropped = 0;
  bool counts = true;
  for (int64_t entry = block.row_ptr[row]; entry < block.row_ptr[row + 1]; ++entry) {
    const float value = block.values[entry];
    counts = counts && is_count(value);
    if (value == 0) continue;
    const int32_t gene = to_space_[block.columns[entry]];
    if (gene < 0) {
      dropped += value;
      continue;
    }
    work.sums[gene] += value;
    work.present[gene >> 6] |= uint64_t{1} << (gene & 63);
  }
  int64_t place = block.row_ptr[row];
  for (size_t word = 0; word < work.present.size(); ++word) {
    for (uint64_t bits = work.present[word]; bits != 0; bits &= bits - 1) {
      const int32_t gene = static_cast<int32_t>(word * 64 + std::countr_zero(bits));
      const double sum = work.sums[gene];
      counts = counts && sum <= largest_count;
      total += sum;
      columns_[place] = gene;
      values_[place++] = static_cast<float>(sum);
      work.sums[gene] = 0;
    }
    work.present[word] = 0;
  }
  lengths_[row] = place - block.row_ptr[row];
  row_sums_[row] = total;
  dropped_sums_[row] = dropped;
  return counts;
}

bool BlockMapper::map(const CountBlock& block) {
  const int64_t n_rows = static_cast<int64_t>(block.row_ptr.size()) - 1;
  row_ptr_.assign(n_rows + 1, 0);
  lengths_.resize(n_rows);
  row_sums_.resize(n_rows);
  dropped_sums_.resize(n_rows);
  columns_.resize(block.columns.size());
  values_.resize(block.columns.size());
  std::atomic<bool> counts = true;
  parallel_for(0, n_rows, 64, [&](int64_t first, int64_t last) {
    Workspace work(n_space_genes_);
    for (int64_t row = first; row < last; ++row)
      if (!map_row(block, row, work)) counts = false;
  });
  // The rows stand where they stood in the block; close the gaps that dropped entries left.
  for (int64_t row = 0; row < n_rows; ++row) {
    const int64_t from = block.row_ptr[row], to = row_ptr_[row];
    row_ptr_[row + 1] = to + lengths_[row];
    if (from == to) continue;
    std::copy_n(columns_.begin() + from, lengths_[row], columns_.begin() + to);
    std::copy_n(values_.begin() + from, lengths_[row], values_.begin() + to);
  }
  return counts;
}

}  // namespace scprior::core
