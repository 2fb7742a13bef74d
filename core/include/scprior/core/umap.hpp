// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "scprior/api.hpp"

namespace scprior::core {

/// Two-dimensional picture of a latent space: UMAP with 15 neighbours, minimum distance 0.3 and Euclidean distances.
///
/// Source:  mcinnes2018; computed by umappp
/// Differs: where the neighbour graph falls apart, the layout starts from the first two principal components instead of
///          at random; beyond 5000 cells the neighbours are approximate (HNSW)
/// Shapes:  latent [N, D] floating point, N >= 0, D >= 1 -> [N, 2] float, finite. Fewer than 16 cells have fewer
///          neighbours; a single cell lies at the origin.
/// Threads: `threads` of them look for neighbours; the result depends on the seed and not on their number
/// Cost:    about 1.5 s for 2000 cells, 7 s for 10 000
/// Errors:  Error{numeric} for a latent value that is not finite; Error{argument} for another shape
SCPRIOR_API at::Tensor umap(const at::Tensor& latent, int64_t seed, int threads);

}  // namespace scprior::core
