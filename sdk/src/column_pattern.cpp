// SPDX-License-Identifier: Apache-2.0
#include "column_pattern.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "scprior/parallel.hpp"

namespace scprior {
namespace {

/// Entries of a row.
struct Range {
  int64_t begin, end;
};

/// Finds the entries of some columns in the rows of a Csr.
class Rows {
 public:
  Rows(const int64_t* row_ptr, const int32_t* columns, int64_t n)
      : row_ptr_(row_ptr), columns_(columns), ascending_(n) {
    parallel_for(0, n, 64, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row)
        ascending_[row] = std::is_sorted(columns_ + row_ptr_[row], columns_ + row_ptr_[row + 1]);
    });
  }

  /// Calls use(row, entry, column) for the entries of columns [first, last), row by row.
  template <class Use>
  void for_entries(int64_t first, int64_t last, Use use) const {
    for (size_t row = 0; row < ascending_.size(); ++row) {
      const auto [begin, end] = range(row, first, last);
      for (int64_t entry = begin; entry < end; ++entry)
        if (const int64_t column = columns_[entry]; column >= first && column < last)
          use(static_cast<int32_t>(row), entry, column);
    }
  }

 private:
  /// Holds the entries of columns [first, last), and others where the row does not ascend.
  Range range(size_t row, int64_t first, int64_t last) const {
    const Range all{row_ptr_[row], row_ptr_[row + 1]};
    if (!ascending_[row]) return all;
    const int32_t* const begin = std::lower_bound(columns_ + all.begin, columns_ + all.end, first);
    return {begin - columns_, std::lower_bound(begin, columns_ + all.end, last) - columns_};
  }

  const int64_t* const row_ptr_;
  const int32_t* const columns_;
  std::vector<char> ascending_;  // by row
};

}  // namespace

ColumnPattern transpose_pattern(const Csr& csr) {
  const at::Tensor row_ptr = csr.row_ptr.cpu().contiguous(), columns = csr.columns.cpu().contiguous();
  const int64_t n_columns = csr.n_columns, nnz = columns.size(0);
  const Rows rows(row_ptr.data_ptr<int64_t>(), columns.data_ptr<int32_t>(), row_ptr.size(0) - 1);
  ColumnPattern pattern{at::zeros({n_columns + 1}, at::kLong), at::empty({nnz}, at::kInt), at::empty({nnz}, at::kLong)};
  int64_t* const column_ptr = pattern.column_ptr.data_ptr<int64_t>();
  int32_t* const row_of = pattern.rows.data_ptr<int32_t>();
  int64_t* const order = pattern.order.data_ptr<int64_t>();

  constexpr int64_t block = 2048;  // columns whose entries are placed together: what is written stays in the cache
  parallel_blocks(n_columns, block, [&](int64_t first, int64_t last) {
    rows.for_entries(first, last, [&](int32_t, int64_t, int64_t column) { ++column_ptr[column + 1]; });
  });
  for (int64_t column = 0; column < n_columns; ++column) column_ptr[column + 1] += column_ptr[column];
  parallel_blocks(n_columns, block, [&](int64_t first, int64_t last) {
    std::vector<int64_t> next(column_ptr + first, column_ptr + last);
    // From end to end first: the memory comes into the cache several times as fast as place by place.
    std::fill(row_of + column_ptr[first], row_of + column_ptr[last], 0);
    std::fill(order + column_ptr[first], order + column_ptr[last], 0);
    rows.for_entries(first, last, [&](int32_t row, int64_t entry, int64_t column) {
      const int64_t place = next[column - first]++;
      row_of[place] = row;
      order[place] = entry;
    });
  });
  const at::Device device = csr.values.device();
  return {pattern.column_ptr.to(device), pattern.rows.to(device), pattern.order.to(device)};
}

}  // namespace scprior
