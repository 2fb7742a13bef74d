// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace scprior::core {

/// Moves the memory of a large tensor on the CPU to large pages where the system has them (Linux 6.1 moves it at once,
/// older ones in time): the processor then finds its way through tens of megabytes without looking up a page for every
/// row. Contents and addresses stay; where it cannot be done, nothing happens.
void prefer_large_pages(const at::Tensor& tensor);

}  // namespace scprior::core
