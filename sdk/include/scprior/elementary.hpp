// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "scprior/api.hpp"

// Elementwise functions whose values and gradients depend on the element alone. LibTorch's functions of these names
// compute the last elements of a thread's share with other instructions, so that a last bit may depend on how many
// threads there are.

namespace scprior {

/// g = sigmoid(s) with what a gate needs beside it, each from s itself: exact also where g rounds to 0 or 1.
struct SigmoidGate {
  at::Tensor value;       ///< g
  at::Tensor complement;  ///< 1 - g = sigmoid(-s)
  at::Tensor log_value;   ///< ln g = -softplus(-s), finite for every finite s
};
SCPRIOR_API SigmoidGate sigmoid_gate(const at::Tensor& s);

// Call these with nn:: in front: without it, C++ may take LibTorch's.
namespace nn {

SCPRIOR_API at::Tensor sigmoid(const at::Tensor& x);      ///< 1 / (1 + exp(-x))
SCPRIOR_API at::Tensor log_sigmoid(const at::Tensor& x);  ///< ln sigmoid(x)
SCPRIOR_API at::Tensor softplus(const at::Tensor& x);     ///< ln(1 + exp(x))

}  // namespace nn
}  // namespace scprior
