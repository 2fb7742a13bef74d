// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scprior/core/config.hpp"
#include "scprior/core/plugin_host.hpp"

namespace scprior::app {

/// The data set of a command line: DATA and its `--set loader.…=…`. Errors: as core::fit_from_settings.
core::DataConfig data_config(const std::string& path, const std::vector<std::string>& settings,
                             const core::PluginHost& host);

}  // namespace scprior::app
