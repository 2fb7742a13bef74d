// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string_view>

namespace scprior::core {

/// Writes the parts, one after the other, under another name in the same folder, which then takes the place of `path`:
/// nobody finds half a file, and an older one survives a failure.
/// Errors: Error{io} with the path and the reason: no such folder, no permission, disk full.
void replace_file(const std::filesystem::path& path, std::initializer_list<std::string_view> parts);

}  // namespace scprior::core
