// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "scprior/api.hpp"

namespace scprior::core {

// Folders of the installation (or build tree) that this library lies in; it can be moved as a whole.

SCPRIOR_API std::filesystem::path installation_folder();  ///< <prefix>
SCPRIOR_API std::filesystem::path data_folder();          ///< <prefix>/share/scprior: gene spaces, templates, ...
SCPRIOR_API std::filesystem::path plugin_folder();        ///< <prefix>/lib/scprior/plugins

}  // namespace scprior::core
