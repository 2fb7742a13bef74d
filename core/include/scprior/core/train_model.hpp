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

}  // namespace scprior::core
