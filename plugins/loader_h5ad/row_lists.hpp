// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels.hpp"
#include "scprior/large_array.hpp"

namespace scprior::h5ad {

/// Rows that entries are appended to in any order of rows, without knowing beforehand how many each gets.
///
/// Every row has one line of a processor's cache that its entries go to; a full line is moved to the end of all full
/// lines. So the places that are written next lie close together, however large the matrix. For one thread at a time
/// while it grows, for any number after finish().
template <class Entry>
class RowLists {
 public:
  explicit RowLists(int64_t n_rows) : open_(large_array<Line>(n_rows)), n_open_(static_cast<size_t>(n_rows), 0) {}

  void append(int64_t row, Entry entry) {
    uint8_t& n = n_open_[static_cast<size_t>(row)];
    open_[row].entries[n] = entry;
    if (++n == per_line) {
      close(row);
      n = 0;
    }
  }

  /// To be called once, when all is appended.
  void finish() {
    first_.assign(n_open_.size() + 1, 0);
    for (const uint32_t row : row_of_) ++first_[row + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    lines_of_.resize(row_of_.size());
    std::vector<int64_t> next(first_.begin(), first_.end() - 1);
    for (size_t line = 0; line < row_of_.size(); ++line) lines_of_[next[row_of_[line]]++] = static_cast<uint32_t>(line);
    row_of_ = {};
  }

  int64_t length(int64_t row) const {
    return per_line * (first_[row + 1] - first_[row]) + n_open_[static_cast<size_t>(row)];
  }

  /// Copies the length(row) entries of a row, in the order in which they were appended.
  void copy(int64_t row, int32_t* columns, float* values) const {
    constexpr int64_t ahead = 8;  // lines on their way from memory
    const int64_t end = first_[row + 1];
    for (int64_t i = first_[row]; i < end; ++i, columns += per_line, values += per_line) {
      __builtin_prefetch(full(lines_of_[std::min(i + ahead, end - 1)]).entries);
      separate(full(lines_of_[i]).entries, per_line, columns, values);
    }
    separate(open_[row].entries, n_open_[static_cast<size_t>(row)], columns, values);
  }

 private:
  static constexpr int64_t per_line = 64 / sizeof(Entry);
  static constexpr size_t lines_at_once = size_t{1} << 16;

  struct alignas(64) Line {
    Entry entries[per_line];
  };

  void close(int64_t row) {
    const size_t line = row_of_.size();
    if (line % lines_at_once == 0) full_.push_back(large_array<Line>(lines_at_once));
    full_.back()[line % lines_at_once] = open_[row];
    row_of_.push_back(static_cast<uint32_t>(row));
  }

  const Line& full(uint32_t line) const { return full_[line / lines_at_once][line % lines_at_once]; }

  LargeArray<Line> open_;  ///< [rows]
  std::vector<uint8_t> n_open_;
  std::vector<LargeArray<Line>> full_;
  std::vector<uint32_t> row_of_;    ///< of each full line, until finish()
  std::vector<int64_t> first_;      ///< [rows + 1], into lines_of_
  std::vector<uint32_t> lines_of_;  ///< full lines, row after row
};

}  // namespace scprior::h5ad
