// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "conform_file.hpp"
#include "scprior/core/plugin_host.hpp"

namespace scprior::conform {

struct Task {
  const core::ComponentEntry* component = nullptr;
  OptionSet options;
  std::map<std::string, std::string> waived;
  std::filesystem::path data;
  uint32_t seed = 1;
};

/// Runs the laws of one component in this process and prints their verdicts; they are counted in reporting(). A
/// component that cannot be made or built is not tried with the other laws. Can be called once.
void run_laws(const core::PluginHost& host, const Task& task);

/// The names of the laws of a kind, in the order in which they are run.
std::vector<std::string> laws_of(scprior_kind kind);

}  // namespace scprior::conform
