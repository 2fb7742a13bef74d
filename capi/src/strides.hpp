// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <numeric>

#include "guard.hpp"

namespace scprior::capi {

/// Refuses strides of a [rows, columns] matrix that are not positive, lead beyond the address space, or put two
/// elements in one place. what: "out". Strides of a dimension of one element do not matter.
/// Errors: Error{argument}.
inline void check_strides(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride, const char* what) {
  if (rows == 0 || columns == 0) return;
  const auto refuse = [&](const char* reason) {
    fail(Status::argument, what, ": row_stride ", row_stride, " and column_stride ", column_stride, " of ", rows, " × ",
         columns, " elements ", reason, "; row-major is (", columns, ", 1), column-major (1, ", rows, ")");
  };
  if ((rows > 1 && row_stride < 1) || (columns > 1 && column_stride < 1)) refuse("must be positive");
  const int64_t down = rows > 1 ? row_stride : 1, across = columns > 1 ? column_stride : 1;
  int64_t last_row = 0, last_column = 0, last = 0;
  if (__builtin_mul_overflow(rows - 1, down, &last_row) || __builtin_mul_overflow(columns - 1, across, &last_column) ||
      __builtin_add_overflow(last_row, last_column, &last) || last >= int64_t{1} << 56)
    refuse("lead beyond the memory there can be");
  // Two elements meet where i · down = j · across; the first such pair is i = across / g, j = down / g.
  const int64_t g = std::gcd(down, across);
  if (rows > 1 && columns > 1 && across / g < rows && down / g < columns) refuse("put several elements in one place");
}

}  // namespace scprior::capi
