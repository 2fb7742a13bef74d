// SPDX-License-Identifier: Apache-2.0
#include "io/read_file.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "scprior/error.hpp"

namespace scprior::core {

std::string read_file(const std::filesystem::path& path) {
  const auto failed = [&](const char* what) {
    fail(Status::io, path.string(), what, std::generic_category().message(errno ? errno : EIO));
  };
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) failed(": cannot be opened: ");
  constexpr size_t piece = 1 << 20;
  std::string bytes;
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error) bytes.reserve(size + piece);
  errno = 0;
  while (in) {
    const size_t before = bytes.size();
    bytes.resize(before + piece);
    in.read(bytes.data() + before, piece);
    bytes.resize(before + static_cast<size_t>(in.gcount()));
  }
  if (in.bad()) failed(": cannot be read: ");
  return bytes;
}

}  // namespace scprior::core
