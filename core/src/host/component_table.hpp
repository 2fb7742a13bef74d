// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scprior/core/plugin_host.hpp"

namespace scprior::core {

/// What is wrong with one component of a descriptor, or "".
std::string refusal_of_component(const scprior_component& component);

/// The component's C tables as values.
ComponentEntry entry_of(const scprior_plugin& plugin, const scprior_component& component,
                        const std::filesystem::path& file);

}  // namespace scprior::core
