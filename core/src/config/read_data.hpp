// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "config/problems.hpp"
#include "scprior/core/config.hpp"
#include "scprior/core/plugin_host.hpp"

namespace scprior::core::config {

/// One [[data]]. Its path is relative to `folder`.
DataConfig read_data(const Node& node, const std::filesystem::path& folder, const PluginHost& host, Problems& problems);

/// The path made absolute, without "." and "..".
std::filesystem::path resolved_path(const std::filesystem::path& folder, const std::string& path);

}  // namespace scprior::core::config
