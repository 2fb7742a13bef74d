// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "matrix.hpp"

namespace scprior::h5ad {

namespace {

/// Entries of unwanted rows that are cheaper read than skipped.
constexpr int64_t small_gap = 8192;
/// Entries read at once where gaps are read too.
constexpr int64_t largest_span = 4 << 20;

/// Rows in the order of the file: a block of rows is one piece of each array.
class CsrMatrix : public Matrix {
 public:
  CsrMatrix(const File& file, const std::string& path) : Matrix(file, path) {
    std::tie(rows_, columns_) = sparse_shape(file, path);
    parts_ = open_compressed(file, path, rows_);
  }

 private:
  CountBlock read_ascending(std::span<const int64_t> rows) const override {
    CountBlock block;
    block.row_ptr = {0};
    for (const int64_t row : rows) block.row_ptr.push_back(block.row_ptr.back() + length(row));
    block.columns.resize(static_cast<size_t>(block.row_ptr.back()));
    block.values.resize(static_cast<size_t>(block.row_ptr.back()));
    for (size_t first = 0; first < rows.size();) {
      const size_t last = end_of_span(rows, first);
      read_span(rows.subspan(first, last - first), block.row_ptr[first], block);
      first = last;
    }
    return block;
  }

  int64_t length(int64_t row) const { return parts_.starts[row + 1] - parts_.starts[row]; }

  /// The first of `rows` after `first` that is not read together with it.
  size_t end_of_span(std::span<const int64_t> rows, size_t first) const {
    size_t last = first + 1;
    bool gaps = false;
    for (; last < rows.size(); ++last) {
      const int64_t gap = parts_.starts[rows[last]] - parts_.starts[rows[last - 1] + 1];
      gaps = gaps || gap > 0;
      if (gap > small_gap) break;
      if (gaps && parts_.starts[rows[last] + 1] - parts_.starts[rows[first]] > largest_span) break;
    }
    return last;
  }

  void read_span(std::span<const int64_t> rows, int64_t place, CountBlock& block) const {
    const int64_t start = parts_.starts[rows.front()], count = parts_.starts[rows.back() + 1] - start;
    int64_t wanted = 0;
    for (const int64_t row : rows) wanted += length(row);
    if (wanted == count) {
      read_entries(start, count, block.columns.data() + place, block.values.data() + place);
      return;
    }
    std::vector<int32_t> columns(static_cast<size_t>(count));
    std::vector<float> values(columns.size());
    read_entries(start, count, columns.data(), values.data());
    for (const int64_t row : rows) {
      const int64_t from = parts_.starts[row] - start, n = length(row);
      std::copy_n(columns.begin() + from, n, block.columns.begin() + place);
      std::copy_n(values.begin() + from, n, block.values.begin() + place);
      place += n;
    }
  }

  void read_entries(int64_t start, int64_t count, int32_t* columns, float* values) const {
    parts_.indices.read_places(start, count, columns_, columns);
    parts_.values.read_floats(start, count, values);
  }

  Compressed parts_;
};

}  // namespace

std::unique_ptr<Matrix> open_csr(const File& file, const std::string& path) {
  return std::make_unique<CsrMatrix>(file, path);
}

}  // namespace scprior::h5ad
