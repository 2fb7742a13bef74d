// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "scprior/api.hpp"

namespace scprior::core {

/// Two-dimensional picture of a latent space: UMAP with 15 neighbours, minimum distance 0.3 and Euclidean distances.
///
/// Source:  mcinnes2018; the neighbour graph is weighted by umappp
/// Differs: the layout starts from the first two principal components - it is the start that places groups (kobak2021),
///          and a spectral one takes longer than all the rest - and moves all cells once per epoch, as uwot 0.2 does;
///          neighbours are exact up to 100 000 cells, beyond approximate (HNSW)
/// Shapes:  latent [N, D] floating point, N >= 0, D >= 1 -> [N, 2] float, finite. Fewer than 16 cells have fewer
///          neighbours; a single cell lies at the origin.
/// Threads: those of LibTorch; the result depends on the seed and not on their number
/// Cost:    0.2 s for 2000 cells, 1 s for 10 000, 5 s for 50 000 with 128 units on two cores
/// Errors:  Error{numeric} for a latent value that is not finite; Error{argument} for another shape
SCPRIOR_API at::Tensor umap(const at::Tensor& latent, int64_t seed);

}  // namespace scprior::core
