// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace scprior::app {

/// Accepts whole numbers from `min` on.
CLI::Validator whole_number(int64_t min);

/// Accepts finite numbers above 0.
CLI::Validator positive_number();

/// What is wrong with the command line that `app` refused with `error`, and where help is.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

}  // namespace scprior::app
