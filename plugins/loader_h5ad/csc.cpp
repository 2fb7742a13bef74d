// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "matrix.hpp"

namespace scprior::h5ad {

namespace {

constexpr int64_t entries_at_once = 1 << 20;

/// Columns in the order of the file: no row can be had without reading all. The first read turns the matrix into rows,
/// which stay in memory: 8 bytes an entry.
class CscMatrix : public Matrix {
 public:
  CscMatrix(const File& file, const std::string& path) : Matrix(file, path) {
    std::tie(rows_, columns_) = sparse_shape(file, path);
    parts_ = open_compressed(file, path, columns_);
  }

 private:
  CountBlock read_ascending(std::span<const int64_t> rows) override {
    if (by_rows_.row_ptr.empty()) turn();
    CountBlock block;
    block.row_ptr = {0};
    for (const int64_t row : rows)
      block.row_ptr.push_back(block.row_ptr.back() + by_rows_.row_ptr[row + 1] - by_rows_.row_ptr[row]);
    block.columns.reserve(static_cast<size_t>(block.row_ptr.back()));
    block.values.reserve(static_cast<size_t>(block.row_ptr.back()));
    for (const int64_t row : rows) {
      const int64_t from = by_rows_.row_ptr[row], to = by_rows_.row_ptr[row + 1];
      block.columns.insert(block.columns.end(), by_rows_.columns.begin() + from, by_rows_.columns.begin() + to);
      block.values.insert(block.values.end(), by_rows_.values.begin() + from, by_rows_.values.begin() + to);
    }
    return block;
  }

  void turn() {
    const int64_t n_entries = parts_.starts.back();
    std::vector<int32_t> rows(static_cast<size_t>(std::min(entries_at_once, n_entries)));
    std::vector<float> values(rows.size());
    CountBlock result;
    result.row_ptr.assign(static_cast<size_t>(rows_ + 1), 0);
    for (int64_t start = 0; start < n_entries; start += entries_at_once) {
      const int64_t count = std::min(entries_at_once, n_entries - start);
      read_indices(*file_, parts_.indices, start, count, rows_, rows.data());
      for (int64_t i = 0; i < count; ++i) ++result.row_ptr[rows[i] + 1];
    }
    for (int64_t row = 0; row < rows_; ++row) result.row_ptr[row + 1] += result.row_ptr[row];
    result.columns.resize(static_cast<size_t>(n_entries));
    result.values.resize(static_cast<size_t>(n_entries));
    std::vector<int64_t> next(result.row_ptr.begin(), result.row_ptr.end() - 1);
    int32_t column = 0;
    for (int64_t start = 0; start < n_entries; start += entries_at_once) {
      const int64_t count = std::min(entries_at_once, n_entries - start);
      read_indices(*file_, parts_.indices, start, count, rows_, rows.data());
      read_floats(*file_, parts_.values, parts_.value_type, start, count, values.data());
      for (int64_t i = 0; i < count; ++i) {
        while (parts_.starts[column + 1] <= start + i) ++column;
        const int64_t place = next[rows[i]]++;
        result.columns[place] = column;
        result.values[place] = values[i];
      }
    }
    by_rows_ = std::move(result);
  }

  Compressed parts_;
  CountBlock by_rows_;
};

}  // namespace

std::unique_ptr<Matrix> open_csc(const File& file, const std::string& path) {
  return std::make_unique<CscMatrix>(file, path);
}

}  // namespace scprior::h5ad
