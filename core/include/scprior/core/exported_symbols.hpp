// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scprior/api.hpp"

namespace scprior::core {

/// The functions and objects that a shared library defines for others: its dynamic symbols, which a stripped file
/// keeps. The file is only read, not loaded. Errors: Error{plugin} if the file is no shared library of this machine.
SCPRIOR_API std::vector<std::string> exported_symbols(const std::filesystem::path& file);

}  // namespace scprior::core
