// SPDX-License-Identifier: Apache-2.0
#include "io/replace_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

#include "scprior/error.hpp"

namespace scprior::core {
namespace {

namespace fs = std::filesystem;

/// A file under another name in the same folder; removed unless it took its place.
class PartialFile {
 public:
  explicit PartialFile(const fs::path& path)
      : path_(path),
        partial_(path.parent_path() / ("." + path.filename().string() + ".part" + std::to_string(getpid()))),
        file_(std::fopen(partial_.c_str(), "wb")) {
    if (!file_) failed(errno);
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() {
    if (file_) std::fclose(file_);
    std::error_code ignored;
    fs::remove(partial_, ignored);
  }

  void write(std::string_view bytes) const {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) failed(errno);
  }
  void take_place() {
    if (std::fclose(std::exchange(file_, nullptr)) != 0) failed(errno);
    std::error_code error;
    fs::rename(partial_, path_, error);
    if (error) failed(error.value());
  }

 private:
  [[noreturn]] void failed(int reason) const {
    fail(Status::io, path_.string(), ": cannot be written: ", std::generic_category().message(reason));
  }

  fs::path path_, partial_;
  std::FILE* file_;
};

}  // namespace

void replace_file(const fs::path& path, std::initializer_list<std::string_view> parts) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored))
    fail(Status::io, path.string(), ": cannot be written: it is a folder; name a file in it");
  PartialFile file(path);
  for (const std::string_view part : parts) file.write(part);
  file.take_place();
}

}  // namespace scprior::core
