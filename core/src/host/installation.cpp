// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/installation.hpp"

#include <dlfcn.h>

#include "scprior/error.hpp"

namespace scprior::core {
namespace {

constexpr char inside_this_library = 0;

}  // namespace

// Found from the place of this library, not from where it was built: an installation can be moved.
std::filesystem::path installation_folder() {
  Dl_info info = {};
  if (!dladdr(&inside_this_library, &info) || !info.dli_fname)
    fail(Status::internal, "the place of scprior's own library cannot be found");
  std::filesystem::path folder = std::filesystem::weakly_canonical(info.dli_fname).parent_path();
  for (const auto& part : std::filesystem::path(SCPRIOR_LIB_DIR)) {
    (void)part;
    folder = folder.parent_path();
  }
  return folder;
}

std::filesystem::path data_folder() { return installation_folder() / SCPRIOR_DATA_DIR; }
std::filesystem::path plugin_folder() { return installation_folder() / SCPRIOR_PLUGIN_DIR; }

}  // namespace scprior::core
