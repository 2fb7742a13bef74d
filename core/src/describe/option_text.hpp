// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "scprior/core/plugin_host.hpp"

// Options as texts: for a terminal, for the README of a plugin, for an experiment file.

namespace scprior::core {

/// Two lines an option, for reading.
std::string plain_options(const OptionTable& options, const std::string& indent);

/// The table of a plugin's README; "" without options.
std::string markdown_options(const OptionTable& options);

/// Every option with its default and a comment, a line each.
std::string toml_lines(const OptionTable& options);

/// A block to paste into an experiment file: the component with every default, one commented line an option.
std::string toml_block(const ComponentEntry& entry);

}  // namespace scprior::core
