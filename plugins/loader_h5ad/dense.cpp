// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "matrix.hpp"
#include "scprior/error.hpp"

namespace scprior::h5ad {

namespace {

/// Values held dense at once.
constexpr int64_t block_values = 4 << 20;

/// All values, row after row. Only what is not zero is handed on.
class DenseMatrix : public Matrix {
 public:
  DenseMatrix(const File& file, const std::string& path)
      : Matrix(file, path), values_(open_dataset(file, path, Access::by_rows)) {
    if (values_.extents.size() != 2)
      fail(Status::data, file.path(), ": ", path, " has ", values_.extents.size(), " axes, expected cells by genes");
    type_ = required_number_type(file, values_);
    rows_ = values_.extents[0];
    columns_ = values_.extents[1];
  }

 private:
  CountBlock read_ascending(std::span<const int64_t> rows) override {
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

  void add_rows(int64_t start, int64_t count, CountBlock& block) {
    dense_.resize(static_cast<size_t>(count * columns_));
    read_floats(*file_, values_, type_, start, count, dense_.data());
    const float* value = dense_.data();
    for (int64_t row = 0; row < count; ++row) {
      for (int32_t column = 0; column < columns_; ++column, ++value) {
        if (*value == 0) continue;
        block.columns.push_back(column);
        block.values.push_back(*value);
      }
      block.row_ptr.push_back(static_cast<int64_t>(block.columns.size()));
    }
  }

  Dataset values_;
  NumberType type_ = NumberType::f32;
  std::vector<float> dense_;
};

}  // namespace

std::unique_ptr<Matrix> open_dense(const File& file, const std::string& path) {
  return std::make_unique<DenseMatrix>(file, path);
}

}  // namespace scprior::h5ad
