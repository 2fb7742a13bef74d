// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/core/experiment.hpp"
#include "scprior/core/model_evaluation.hpp"
#include "scprior/core/train_model.hpp"

namespace scprior::core {

/// Evaluates a trained model and gathers all that tables and report need. umap: also lay out the cells in two
/// dimensions.
FitRecord make_record(TrainedModel& trained, const Dataset& data, const ModelEvaluation& evaluation,
                      const ExperimentConfig& config, const FitJob& job, const PluginHost& host, bool umap);

/// What makes two fits the same: the fit's configuration, and as comments the data's size and the versions used.
std::string fit_identity(const ExperimentConfig& config, const Dataset& data, const FitJob& job,
                         const PluginHost& host);

}  // namespace scprior::core
