// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace scprior::conform {

/// The functions and objects that a shared library defines for others (its dynamic symbols), also where it is stripped.
/// Errors: Error{plugin} if the file is no shared library of this machine.
std::vector<std::string> exported_symbols(const std::filesystem::path& file);

}  // namespace scprior::conform
