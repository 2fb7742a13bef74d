// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>

#include "scprior/core/model.hpp"

namespace scprior::core {

/// Called after each block of cells with the number done; returns false to stop (Error{cancelled}).
using InferenceProgress = std::function<bool(int64_t done, int64_t total)>;

/// The embedding of cells: E_q[z | x] - the mean of the posterior; behind a flow the mean over config.embedding_samples
/// draws under a fixed seed, or the flow at the base's mean (config.embedding "mode-path"). Deterministic.
/// Shapes: rows [n] -> [n, D] float32 on the CPU.
SCPRIOR_API at::Tensor embed(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                             const InferenceProgress& progress = {});

/// One draw of q(z | x) for every cell, from `seed`: [n, D].
SCPRIOR_API at::Tensor sample_posterior(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                                        uint64_t seed);

/// ln p(x | z) of every cell, float64 [n]: at z [n, D], e.g. the embedding.
SCPRIOR_API at::Tensor log_likelihood(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                                      const at::Tensor& z);

/// Mean of ln p(x | z) over `draws` of q(z | x) for every cell, float64 [n].
SCPRIOR_API at::Tensor mean_log_likelihood(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                                           int64_t draws, uint64_t seed);

/// n draws of the prior: [n, D]. Errors: Error{unsupported} an autoencoder has no prior.
SCPRIOR_API at::Tensor sample_prior(Model& model, int64_t n, uint64_t seed);

/// Counts of new cells, z ~ p(z), x ~ p(x | z) with the given library sizes: [n, G] sparse.
/// Errors: as sample_prior.
SCPRIOR_API CountMatrix sample_cells(Model& model, const at::Tensor& library, uint64_t seed);

}  // namespace scprior::core
