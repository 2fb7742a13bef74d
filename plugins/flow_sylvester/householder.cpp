// SPDX-License-Identifier: Apache-2.0
#include "householder.hpp"

#include <ATen/ATen.h>

namespace scprior {

at::Tensor householder_columns(const at::Tensor& v, int64_t columns) {
  const int64_t reflections = v.size(-2), dims = v.size(-1);
  const at::Tensor square = v.square().sum(-1, true);
  const at::Tensor unit = v * at::where(square > 0, square, at::ones_like(square)).rsqrt();  // [..., n, D]
  const at::Tensor gram = at::matmul(unit, unit.transpose(-2, -1));
  const at::Tensor inverse_t = gram.triu(1) + at::eye(reflections, v.options()) * 0.5;
  const at::Tensor rows = at::linalg_solve_triangular(inverse_t, unit.narrow(-1, 0, columns), /*upper=*/true);
  return at::eye(dims, columns, v.options()) - at::matmul(unit.transpose(-2, -1), rows);
}

}  // namespace scprior
