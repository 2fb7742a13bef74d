// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace scprior {

/// Takes the sums [rows, groups] of points first, first + 1, ...
using DistanceSink = std::function<void(int64_t first, const at::Tensor& sums)>;

/// Sums of the Euclidean distances from every point to all points of every group.
///
///     sums[n, g] = Σ_{m in group g} |x_n - x_m|
///
/// Every distance is right to about 1e-8 relative, zero included. The result does not depend on the number of threads.
/// Shapes: points [N, D] float64, ordered by group: group g is [starts[g], starts[g + 1]) -> [N, groups] float64, in
///         parts of consecutive points
/// Cost:   N² D / 2 multiply-adds in matrix products of 512 × 512, N²/2 square roots; never an [N, N] matrix. Where
///         [N, groups] has more than `most_sums` entries, it is not kept either, and the cost is twice that.
void distance_sums(const at::Tensor& points, const std::vector<int64_t>& starts, const DistanceSink& sink,
                   int64_t most_sums = int64_t{1} << 26);

}  // namespace scprior
