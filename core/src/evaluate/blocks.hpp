// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>

#include "objective/elbo.hpp"
#include "scprior/core/inference.hpp"

// What all passes of cells through a trained model have in common.

namespace scprior::core {

inline constexpr int64_t block_cells = 512;

at::Device device_of(const Model& model);

/// Calls body(batch, first row) for blocks of at most `size` of the rows, in evaluation mode and without gradients.
/// Errors: Error{cancelled}.
void for_each_block(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                    const InferenceProgress& progress,
                    const std::function<void(const CellBatch&, int64_t first)>& body, int64_t size = block_cells);

Posterior encode(Model& model, const CellBatch& batch);

/// Draws of the cells behind the flow: [S, B, D].
at::Tensor draws_of(Model& model, const Posterior& posterior, int64_t samples, const at::Generator& noise);

/// See embed() and embedding_variance(): [B, D].
at::Tensor embedding_of(Model& model, const Posterior& posterior);
at::Tensor variance_of(Model& model, const Posterior& posterior);

}  // namespace scprior::core
