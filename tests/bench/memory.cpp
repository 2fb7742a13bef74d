// SPDX-License-Identifier: Apache-2.0
#include "memory.hpp"

#include <fstream>
#include <string>

namespace scprior::bench {

Memory resident_memory() {
  Memory memory;
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) memory.now = std::stod(line.substr(6)) * 1024;
    if (line.starts_with("VmHWM:")) memory.peak = std::stod(line.substr(6)) * 1024;
  }
  return memory;
}

}  // namespace scprior::bench
