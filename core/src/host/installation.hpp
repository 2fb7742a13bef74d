// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace scprior::core {

/// <prefix>/lib/scprior/plugins of the installation (or build tree) that this library lies in.
std::filesystem::path plugin_folder();

}  // namespace scprior::core
