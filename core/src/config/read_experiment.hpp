// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "config/problems.hpp"
#include "scprior/core/config.hpp"
#include "scprior/core/plugin_host.hpp"

namespace scprior::core::config {

/// Reports a missing or wrong `schema`.
/// written_by: the version that wrote the file, or "".
/// Errors: Error{config} at once if it is newer than this version reads.
void check_schema(const Node& root, const std::string& written_by, Problems& problems);

/// [plugins] paths, absolute; what is not there is reported.
std::vector<std::filesystem::path> read_plugin_paths(const Table& root, const std::filesystem::path& folder,
                                                     Problems& problems);

struct Reading {
  bool only_known_metrics = false;  ///< a metric of the preset that no plugin offers is left out instead of reported
  bool wants_data = true;           ///< false: there need not be a [[data]]
};

/// Everything else of an experiment. Paths are relative to `folder`.
ExperimentConfig read_experiment(const Node& root, const std::filesystem::path& folder, Reading reading,
                                 const PluginHost& host, Problems& problems);

}  // namespace scprior::core::config
