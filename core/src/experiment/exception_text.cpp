// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/exception_text.hpp"

#include <c10/util/Exception.h>

#include <filesystem>
#include <new>

#include "scprior/error.hpp"

namespace scprior::core {
namespace {

constexpr const char* no_memory =
    "not enough memory for this. Fewer cells or genes, a smaller train.batch_size or a smaller network need less";

}  // namespace

std::string exception_text(const std::exception& error) {
  if (dynamic_cast<const Error*>(&error)) return error.what();
  if (dynamic_cast<const std::bad_alloc*>(&error)) return no_memory;
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&error))
    return file->path1().string() + ": " + file->code().message();
  const auto* torch = dynamic_cast<const c10::Error*>(&error);
  const std::string text = torch ? torch->what_without_backtrace() : error.what();
  for (const char* said : {"not enough memory", "can't allocate memory", "out of memory"})
    if (text.find(said) != std::string::npos) return no_memory;
  return "internal error: " + text + ". This is a defect of scprior or of a plugin; please report it with the command";
}

}  // namespace scprior::core
