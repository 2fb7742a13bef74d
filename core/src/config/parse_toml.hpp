// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/document.hpp"

namespace scprior::core::config {

/// Reads a TOML file. Its root is a table.
/// Errors: Error{config} missing, a folder, unreadable, not a text, or not TOML (with line and column).
Node parse_toml_file(const std::filesystem::path& file);

/// Reads a TOML text; `source` names it in messages.
Node parse_toml_text(const std::string& text, const std::string& source);

/// One TOML value such as `[256, 128]`, all of it placed at `place`. None if `text` is no TOML value.
std::optional<Node> parse_toml_value(const std::string& text, const Place& place);

}  // namespace scprior::core::config
