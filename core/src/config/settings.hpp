// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/problems.hpp"

namespace scprior::core::config {

/// Where settings come from: `--set KEY=VALUE` of the program, or a caller of the library.
inline constexpr const char* command_line = "command line";
inline constexpr const char* caller = "settings";

/// The tables of an experiment with one data set and one model, as settings `KEY=VALUE` build them.
struct Settings {
  Table root, data, model;
};

/// Puts settings into the tables. source: command_line or caller. Reported: no KEY=VALUE, an unknown key, a key twice.
void add_settings(const std::vector<std::string>& given, const char* source, Settings& settings, Problems& problems);

}  // namespace scprior::core::config
