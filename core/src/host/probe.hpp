// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace scprior::core {

/// Loads the file and calls its entry function in a process of its own, so that a file that crashes or hangs there
/// takes nobody with it. Returns "" if it came back, whatever it answered, else what happened.
std::string refusal_of_probe(const std::filesystem::path& file);

}  // namespace scprior::core
