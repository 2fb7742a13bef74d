// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scprior/abi.h"

namespace scprior::core {

/// The build facts of this host.
scprior_build host_build();
/// Name of the marker symbol that a plugin with the host's build facts exports.
std::string host_marker();

/// Looks into the file without loading it. Returns "" if it may be loaded, else why not and what to do: missing file,
/// not ELF, no entry symbol, a marker of other build facts.
std::string refusal_before_loading(const std::filesystem::path& file);

/// Checks what the entry function returned. Returns "" or why the plugin cannot be used.
std::string refusal_of_descriptor(const scprior_plugin* plugin);

}  // namespace scprior::core
