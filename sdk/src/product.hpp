// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace scprior {

/// a b + bias in host memory, without gradients; bias [N] or undefined. By tiles of the result that are the same for
/// any number of threads.
at::Tensor tiled_product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias = {});

}  // namespace scprior
