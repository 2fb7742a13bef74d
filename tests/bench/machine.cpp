// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace scprior::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

std::string processor_features() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line);
    std::string found;
    for (std::string word; words >> word;)
      for (const char* wanted : {"avx2", "avx512f", "avx512_bf16", "amx_bf16"})
        if (word == wanted) found += (found.empty() ? "" : " ") + word;
    return found;
  }
  return "";
}

OtherLoad::Times OtherLoad::now() {
  Times times;
  const double tick = 1 / static_cast<double>(sysconf(_SC_CLK_TCK));
  std::ifstream in("/proc/stat");
  std::string cpu;
  in >> cpu;
  // user nice system idle iowait irq softirq steal
  for (int field = 0; field < 8; ++field) {
    double value = 0;
    in >> value;
    times.all += value * tick;
    if (field != 3 && field != 4) times.busy += value * tick;
  }
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    times.own += seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  return times;
}

double OtherLoad::share() const {
  const Times end = now();
  const double all = end.all - begin_.all, others = (end.busy - begin_.busy) - (end.own - begin_.own);
  return all > 0 ? std::clamp(others / all, 0.0, 1.0) : 0;
}

}  // namespace scprior::bench
