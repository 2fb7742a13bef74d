// SPDX-License-Identifier: Apache-2.0
#include <torch/version.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "report/format.hpp"
#include "scprior/core/process.hpp"
#include "scprior/core/report.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

/// What follows `key` and `separator` in the first line that begins with `key`; "" if there is none.
std::string line_of(const char* file, const std::string& key, char separator) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    const size_t at = line.find_first_not_of(" \t\"", line.find(separator) + 1);
    if (at == std::string::npos) return "";
    return line.substr(at, line.find_last_not_of(" \t\"") + 1 - at);
  }
  return "";
}

}  // namespace

std::vector<Fact> standard_versions() {
  return {{"scprior", version()},
          {"LibTorch", TORCH_VERSION},
          {"Compiler", "GCC " __VERSION__}};
}

std::vector<Fact> this_machine() {
  std::vector<Fact> facts;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) facts.push_back({name, value});
  };
  add("System", line_of("/etc/os-release", "PRETTY_NAME", '='));
  add("Processor", line_of("/proc/cpuinfo", "model name", ':'));
  if (const unsigned cores = std::thread::hardware_concurrency(); cores > 0) add("Cores", std::to_string(cores));
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
  if (pages > 0 && size > 0)
    add("Memory", format_number(static_cast<double>(pages) * static_cast<double>(size) / 1e9, 1) + " GB");
  return facts;
}

}  // namespace scprior::core
