// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "scprior/core/model.hpp"
#include "scprior/core/model_file.hpp"

namespace scprior::core {

/// A model as it lies on disk, and where it came from.
struct SavedModel {
  Model model;
  ModelFile file;
};

/// Writes the model folder: model.toml (how to build it), weights.safetensors (all tensors, with masks and running
/// statistics), genes.tsv. An existing model is replaced. Errors: Error{io} with the path.
SCPRIOR_API void save_model(const std::filesystem::path& folder, const Model& model, const ModelFile& file);

/// Opens a model folder; no code of the folder is run. The model is in evaluation mode on the CPU.
/// Errors: Error{io} no such folder, or a file is missing; Error{data} damaged files, tensors missing, unknown or of
/// other shapes, a component that no plugin offers.
SCPRIOR_API SavedModel open_model(const std::filesystem::path& folder, const PluginHost& host);

}  // namespace scprior::core
