// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace scprior {

/// Sums of the Euclidean distances from every point to all points of every group.
///
///     sums[n, g] = Σ_{m in group g} |x_n - x_m|
///
/// Every distance is right to about 1e-8 relative, zero included. The result does not depend on the number of threads.
/// Shapes: points [N, D] float64, ordered by group: group g is [starts[g], starts[g + 1]) -> [N, groups] float64
/// Cost:   N² D / 2 multiply-adds in matrix products of 512 × 512, N²/2 square roots; never an [N, N] matrix
at::Tensor distance_sums(const at::Tensor& points, const std::vector<int64_t>& starts);

}  // namespace scprior
