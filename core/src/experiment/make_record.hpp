// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/core/experiment.hpp"
#include "scprior/core/model_evaluation.hpp"
#include "scprior/core/train_model.hpp"

namespace scprior::core {

/// Evaluates a trained model and gathers all that tables and report need. umap: also lay out the cells in two dimensions.
FitRecord make_record(TrainedModel& trained, const Dataset& data, const ModelEvaluation& evaluation,
                      const ExperimentConfig& config, const FitJob& job, const PluginHost& host, bool umap);

/// "iaf + vamp, components = 100": the components that differ from the plain VAE, with the options that were set.
std::string describe_model(const ModelConfig& model, const PluginHost& host);

}  // namespace scprior::core
