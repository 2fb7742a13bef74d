// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>

#include "scprior/core/model.hpp"

namespace scprior::core {

/// Called after each block of cells with the number done; returns false to stop (Error{cancelled}).
using InferenceProgress = std::function<bool(int64_t done, int64_t total)>;

/// Takes results block by block, where all of them would be as large as a dense matrix: rows first, first + 1, ... of
/// the cells asked for. [rows, columns] float32 on the CPU, contiguous.
using BlockSink = std::function<void(int64_t first, const at::Tensor& block)>;

/// The embedding of cells: E_q[z | x] - the mean of the posterior; behind a flow the mean over config.embedding_samples
/// draws under a fixed seed, or the flow at the base's mean (config.embedding "mode-path"). Deterministic.
/// Shapes: rows [n] -> [n, D] float32 on the CPU.
SCPRIOR_API at::Tensor embed(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                             const InferenceProgress& progress = {});

/// Variance of q(z | x) for every cell: [n, D]. Without a flow exp(log_var); behind one that of
/// config.embedding_samples draws (at least 2), divided by their number - 1, under embed's fixed seed.
/// Errors: Error{unsupported} an autoencoder has no distribution.
SCPRIOR_API at::Tensor embedding_variance(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                                          const InferenceProgress& progress = {});

/// One draw of q(z | x) for every cell, from `seed`: [n, D].
SCPRIOR_API at::Tensor sample_posterior(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                                        uint64_t seed, const InferenceProgress& progress = {});

/// E[x | z] at the embedding, blocks of [rows, genes or G]. library: counts per cell that the expectation is scaled to;
/// 0 = each cell's own. genes: columns of the gene space; empty = all. An empty cell's own library is 0, and so is its
/// expectation. Errors: Error{argument} a gene out of range, library < 0.
SCPRIOR_API void expected_counts(Model& model, const CellSource& cells, std::span<const int64_t> rows, double library,
                                 std::span<const int64_t> genes, const BlockSink& sink,
                                 const InferenceProgress& progress = {});

/// Counts drawn from the posterior predictive, z ~ q(z | x), x' ~ p(x | z), with the cell's own library: blocks of
/// [rows, G]. What is drawn for a cell depends on its row, its counts and the seed, not on the other rows.
SCPRIOR_API void posterior_counts(Model& model, const CellSource& cells, std::span<const int64_t> rows, uint64_t seed,
                                  const BlockSink& sink, const InferenceProgress& progress = {});

/// The lower bound of ln p(x) of every cell, E_q[ln p(x | z)] - KL(q(z | x) || p(z)), float64 [n], with expectations
/// over `draws` of q(z | x), and the KL in closed form where there is one. An autoencoder: ln p(x | z) at its z.
SCPRIOR_API at::Tensor log_likelihood_bound(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                                            int64_t draws, uint64_t seed, const InferenceProgress& progress = {});

/// ln p(x | z) of every cell, float64 [n]: at z [n, D], e.g. the embedding.
SCPRIOR_API at::Tensor log_likelihood(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                                      const at::Tensor& z);

/// Mean of ln p(x | z) over `draws` of q(z | x) for every cell, float64 [n].
SCPRIOR_API at::Tensor mean_log_likelihood(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                                           int64_t draws, uint64_t seed);

/// n draws of the prior: [n, D]. Errors: Error{unsupported} an autoencoder has no prior.
SCPRIOR_API at::Tensor sample_prior(Model& model, int64_t n, uint64_t seed);

/// Counts of new cells, z ~ p(z), x ~ p(x | z) with the given library sizes [n]: blocks of [rows, G].
/// Errors: as sample_prior.
SCPRIOR_API void sample_counts(Model& model, const at::Tensor& library, uint64_t seed, const BlockSink& sink,
                               const InferenceProgress& progress = {});

/// The same cells at once: [n, G] sparse.
SCPRIOR_API CountMatrix sample_cells(Model& model, const at::Tensor& library, uint64_t seed);

}  // namespace scprior::core
