// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace scprior::core {

/// The bytes of a file. Errors: Error{io} with the path and the reason.
std::string read_file(const std::filesystem::path& path);

}  // namespace scprior::core
