// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/core/fit.hpp"
#include "scprior/core/model_folder.hpp"

namespace scprior::core {

/// A trained model with what it was trained from.
struct TrainedModel {
  Model model;
  ModelFile file;
  Split split;
  FitOutcome outcome;
};

/// One fit from configuration to trained model: splits the cells, builds the components, trains.
/// Errors: as split_cells, build_model, fit.
SCPRIOR_API TrainedModel train_model(const Dataset& data, const ModelConfig& model, const ExperimentConfig& config,
                                     int64_t seed, const PluginHost& host,
                                     const std::function<bool(const FitProgress&)>& progress);

/// Sets the number of threads of LibTorch (0 = as many as the process may use) and keeps the allocator from handing large
/// blocks back to the system between steps. Call once, at the start of a program.
SCPRIOR_API void prepare_process(int64_t threads);

/// "cpu", "cuda" or "cuda:1". Errors: Error{config} unknown, or not available in this LibTorch.
SCPRIOR_API at::Device parse_device(const std::string& name);

}  // namespace scprior::core
