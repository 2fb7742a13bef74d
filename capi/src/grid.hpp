// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "strides.hpp"

namespace scprior::capi {

/// A caller's matrix that results are written to.
class Grid {
 public:
  /// Errors: Error{argument} out NULL; strides as check_strides.
  Grid(float* out, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride)
      : out_(out), row_stride_(row_stride), column_stride_(column_stride) {
    need(out || rows == 0 || columns == 0, "out is NULL");
    check_strides(rows, columns, row_stride, column_stride, "out");
    // The stride of a single row or column means nothing, and may be anything.
    if (rows <= 1) row_stride_ = 0;
    if (columns <= 1) column_stride_ = 0;
  }

  /// Writes rows first, first + 1, ...: values [rows, columns] float32 on the CPU.
  void write(int64_t first, const at::Tensor& values) const {
    const at::Tensor from = values.contiguous();
    const int64_t rows = from.size(0), columns = from.size(1);
    const float* value = from.data_ptr<float>();
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        out_[(first + i) * row_stride_ + j * column_stride_] = value[i * columns + j];
  }

 private:
  float* out_;
  int64_t row_stride_, column_stride_;
};

}  // namespace scprior::capi
