// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "scprior/core/load_config.hpp"
#include "scprior/core/plugin_host.hpp"

namespace scprior::core {

/// {"kind", "name", "summary", "citation", "capabilities", "tier", "plugin", "version", "author", "license", "url",
/// "file", "options": [{"name", "type", "default", "required", "min", "max", "min_open", "max_open", "choices",
/// "range", "doc"}]}. A bound that is not there, and the default of a required option, are null.
std::string component_json(const ComponentEntry& component);

/// {"section", "header", "doc", "options"}
std::string section_json(const ConfigSection& section);

}  // namespace scprior::core
