// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

// Asked before the work starts, so that hours of it are not lost when its result cannot be written.

namespace scprior::app {

/// Errors: Error{io} the folder, which is made if it is not there, cannot be written to.
void need_folder_place(const std::filesystem::path& folder);

/// Errors: Error{io} the file cannot be written: no such folder, or it is the file `input`, which is only read.
void need_file_place(const std::filesystem::path& file, const std::filesystem::path& input);

}  // namespace scprior::app
