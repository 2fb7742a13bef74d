// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "scprior/core/plugin_host.hpp"
#include "verdicts.hpp"

namespace scprior::conform {

/// Loads the plugin and prints a verdict for each law of the file as a whole. False: it cannot be loaded.
bool check_file(core::PluginHost& host, const std::filesystem::path& file, Counts& counts);

}  // namespace scprior::conform
