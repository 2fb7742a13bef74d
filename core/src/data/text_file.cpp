// SPDX-License-Identifier: Apache-2.0
#include "data/text_file.hpp"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "scprior/error.hpp"

namespace scprior::core {

std::string read_maybe_gzip(const std::filesystem::path& file) {
  if (std::filesystem::is_directory(file)) fail(Status::io, file.string(), ": is a folder; wanted a text file");
  errno = 0;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> input(gzopen(file.c_str(), "rb"), gzclose_r);
  if (!input) fail(Status::io, file.string(), ": cannot be opened: ", std::strerror(errno ? errno : ENOMEM));
  std::string text;
  constexpr unsigned piece = 1 << 16;
  for (;;) {
    const size_t before = text.size();
    text.resize(before + piece);
    const int n = gzread(input.get(), text.data() + before, piece);
    text.resize(before + static_cast<size_t>(n > 0 ? n : 0));
    if (n <= 0) break;
  }
  int code = Z_OK;
  const char* message = gzerror(input.get(), &code);
  if (code != Z_OK)
    fail(Status::io, file.string(), ": damaged gzip file (", *message ? message : "it ends too early",
         "); get a fresh copy of it");
  if (text.find('\0') != std::string::npos)
    fail(Status::data, file.string(), ": is not a text file (it contains zero bytes)");
  return text;
}

}  // namespace scprior::core
