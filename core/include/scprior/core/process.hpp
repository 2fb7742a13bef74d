// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "scprior/api.hpp"

namespace scprior::core {

/// Sets the number of threads of LibTorch (0 = as many as the process may use) and keeps the allocator from handing
/// large blocks back to the system between steps. Call once, at the start of a program.
SCPRIOR_API void prepare_process(int64_t threads);

/// Hands what is free of the allocator's memory back to the system: before work that needs blocks of other sizes than
/// the work before it, whose blocks would stay in memory beside them.
SCPRIOR_API void release_freed_memory();

/// "cpu", "cuda" or "cuda:1". Errors: Error{config} unknown, or not available in this LibTorch.
SCPRIOR_API at::Device parse_device(const std::string& name);

/// "0.1.0", the version of scprior.
SCPRIOR_API std::string version();

}  // namespace scprior::core
