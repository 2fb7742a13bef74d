// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "scprior/core/dataset.hpp"

namespace scprior::core {

/// Writes an h5ad with the data set's table of cells and the embedding [N, D] in obsm["X_scprior"], without counts.
/// Readable by anndata and scanpy. Errors: Error{io}.
SCPRIOR_API void write_embedding(const std::filesystem::path& file, const Dataset& data, const at::Tensor& embedding,
                                 const std::string& model_name);

/// Writes an h5ad with counts [n, G] of generated cells over the genes of `space`. Errors: Error{io}.
SCPRIOR_API void write_sampled_cells(const std::filesystem::path& file, const CountMatrix& counts,
                                     const GeneSpace& space, const std::string& model_name);

}  // namespace scprior::core
