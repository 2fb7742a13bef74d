// SPDX-License-Identifier: Apache-2.0
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <malloc.h>
#include <sched.h>

#include "scprior/core/process.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

}  // namespace

void prepare_process(int64_t threads) {
  at::set_num_threads(threads > 0 ? static_cast<int>(threads) : available_cores());
#ifdef __GLIBC__
  // glibc returns every large block to the system when it is freed and asks for it anew in the next step: a third of
  // the time of a step is then spent in the kernel.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void release_freed_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

std::string version() {
  return concat(SCPRIOR_VERSION_MAJOR, '.', SCPRIOR_VERSION_MINOR, '.', SCPRIOR_VERSION_PATCH);
}

at::Device parse_device(const std::string& name) {
  at::Device device = at::kCPU;
  try {
    device = at::Device(name);
  } catch (const std::exception&) {
    fail(Status::config, "device = \"", name, "\": must be \"cpu\", \"cuda\" or \"cuda:1\"");
  }
  if (!device.is_cpu() && !device.is_cuda())
    fail(Status::config, "device = \"", name, "\": scprior runs on \"cpu\" and \"cuda\"");
  if (device.is_cuda() && !at::globalContext().hasCUDA())
    fail(Status::config, "device = \"", name,
         "\": this LibTorch has no CUDA, or the machine has no NVIDIA GPU; use device = \"cpu\"");
  return device;
}

}  // namespace scprior::core
