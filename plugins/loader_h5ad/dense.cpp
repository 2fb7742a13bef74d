// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <mutex>

#include "kernels.hpp"
#include "matrix.hpp"
#include "scprior/error.hpp"

namespace scprior::h5ad {

namespace {

/// Values read at once.
constexpr int64_t block_values = 8 << 20;

/// What is not zero of some rows.
struct Sparse {
  std::vector<int64_t> lengths;  ///< of the rows
  std::vector<int32_t> columns;
  std::vector<float> values;
};

/// All values, row after row. Only what is not zero is handed on.
class DenseMatrix : public Matrix {
 public:
  DenseMatrix(const File& file, const std::string& path) : Matrix(file, path), values_(file, path) {
    if (values_.extents().size() != 2)
      fail(Status::data, file.path(), ": ", path, " has ", values_.extents().size(), " axes, expected cells by genes");
    rows_ = values_.extents()[0];
    columns_ = values_.extents()[1];
  }

 private:
  CountBlock read_ascending(std::span<const int64_t> rows) const override {
    const int64_t most = std::max<int64_t>(1, block_values / std::max<int64_t>(1, columns_));
    CountBlock block;
    block.row_ptr = {0};
    for (size_t first = 0; first < rows.size();) {
      size_t last = first + 1;
      while (last < rows.size() && rows[last] == rows[last - 1] + 1 && static_cast<int64_t>(last - first) < most)
        ++last;
      add_rows(rows[first], static_cast<int64_t>(last - first), block);
      first = last;
    }
    return block;
  }

  void add_rows(int64_t start, int64_t count, CountBlock& block) const {
    if (columns_ == 0) return block.row_ptr.resize(block.row_ptr.size() + static_cast<size_t>(count), 0);
    std::mutex mutex;
    std::map<int64_t, Sparse> pieces;
    values_.read(start, count, [&](const void* values, int64_t first, int64_t n_rows) {
      Sparse piece = sparse_of(values, n_rows);
      const std::lock_guard lock(mutex);
      pieces.emplace(first, std::move(piece));
    });
    for (const auto& [first, piece] : pieces) {
      for (const int64_t length : piece.lengths) block.row_ptr.push_back(block.row_ptr.back() + length);
      block.columns.insert(block.columns.end(), piece.columns.begin(), piece.columns.end());
      block.values.insert(block.values.end(), piece.values.begin(), piece.values.end());
    }
  }

  Sparse sparse_of(const void* values, int64_t n_rows) const {
    Sparse piece;
    std::vector<float> row(static_cast<size_t>(columns_)), kept(row.size());
    std::vector<int32_t> columns(row.size());
    const auto* bytes = static_cast<const uint8_t*>(values);
    for (int64_t i = 0; i < n_rows; ++i, bytes += columns_ * values_.item()) {
      if (!to_floats(values_.type(), bytes, columns_, row.data())) values_.refuse_inexact(bytes, columns_);
      const int64_t n = keep_nonzero(row.data(), columns_, columns.data(), kept.data());
      piece.lengths.push_back(n);
      piece.columns.insert(piece.columns.end(), columns.begin(), columns.begin() + n);
      piece.values.insert(piece.values.end(), kept.begin(), kept.begin() + n);
    }
    return piece;
  }

  NumberArray values_;
};

}  // namespace

std::unique_ptr<Matrix> open_dense(const File& file, const std::string& path) {
  return std::make_unique<DenseMatrix>(file, path);
}

}  // namespace scprior::h5ad
