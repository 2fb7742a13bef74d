// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace scprior::core {

/// The text of a file, decompressed if it is a gzip file.
/// Errors: Error{io} missing, unreadable or truncated; Error{data} not a text file.
std::string read_maybe_gzip(const std::filesystem::path& file);

}  // namespace scprior::core
