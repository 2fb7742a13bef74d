// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace scprior {

/// The part of one cell type in a sample of `wanted` out of `labelled` cells: its share, rounded down, at least two.
///
/// A cell's place in the draw is a hash of its latent values: the sample is the same in any order of the cells and in
/// every run, and cells with the same values come and go together.
/// Shapes: latent [N, D] floating point; cells: rows of one type -> some of them, in no particular order
std::vector<int64_t> sample_cells(const at::Tensor& latent, const std::vector<int64_t>& cells, int64_t wanted,
                                  int64_t labelled);

}  // namespace scprior
