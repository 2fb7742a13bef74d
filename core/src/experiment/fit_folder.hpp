// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "scprior/core/experiment.hpp"
#include "scprior/core/train_model.hpp"

namespace scprior::core {

/// fits/<data>/<model>/seed-<seed> below the output folder.
std::filesystem::path fit_folder(const std::filesystem::path& output, const FitJob& job);

/// The record of a complete fit of this configuration; none if there is none, or it is of another configuration.
std::optional<FitRecord> stored_record(const std::filesystem::path& folder, const std::string& configuration);

/// Writes a fit: model, history.csv, embedding.h5ad, and last fit.json.
void write_fit(const std::filesystem::path& folder, const TrainedModel& trained, const Dataset& data,
               const at::Tensor& embedding, const FitRecord& record);

/// history.csv: a line per epoch.
void write_history(const std::filesystem::path& file, const std::vector<EpochRecord>& history);

}  // namespace scprior::core
