// SPDX-License-Identifier: Apache-2.0
#include "output_place.hpp"

#include <unistd.h>

#include "scprior/error.hpp"

namespace scprior::app {
namespace {

namespace fs = std::filesystem;

void need_writable(const fs::path& wanted, const fs::path& folder) {
  if (!fs::is_directory(folder))
    fail(Status::io, wanted.string(), ": cannot be written: ", folder.string(),
         " is a file, not a folder; name another place");
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    fail(Status::io, wanted.string(), ": cannot be written: you have no permission to write in ", folder.string(),
         "; name another place");
}

}  // namespace

void need_folder_place(const fs::path& folder) {
  std::error_code error;
  fs::path there = fs::absolute(folder).lexically_normal();
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  need_writable(folder, there);
}

void need_file_place(const fs::path& file, const fs::path& input) {
  std::error_code error;
  if (fs::is_directory(file, error))
    fail(Status::io, file.string(), ": cannot be written: it is a folder; name a file in it");
  if (fs::equivalent(file, input, error))
    fail(Status::io, file.string(), ": is the data file itself, which would be lost; name another file");
  const fs::path folder = fs::absolute(file).parent_path();
  if (!fs::exists(folder, error))
    fail(Status::io, file.string(), ": cannot be written: there is no folder ", folder.string(), "; make it first");
  need_writable(file, folder);
}

}  // namespace scprior::app
