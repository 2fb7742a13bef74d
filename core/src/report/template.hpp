// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace scprior::core {

/// Fills in a template: {{file NAME}} by the text of a file of `folder`, {{NAME}} by slots.at(NAME). What is filled in
/// is not looked through again, so texts of users may contain braces.
/// Errors: Error{io}: a file is missing; Error{internal}: an unknown slot, or a script that would end its element.
std::string filled_template(const std::string& text, const std::map<std::string, std::string>& slots,
                            const std::filesystem::path& folder);

/// The text of a file of the report's folder. Errors: Error{io}.
std::string read_part(const std::filesystem::path& path);

}  // namespace scprior::core
