// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "scprior/api.hpp"

// The scalar map f(x) = x + c tanh(x) with c > -1, which increases: what planar and Sylvester flows come down to along
// a direction of their own. It is given by s = 1 + c > 0, so that c near -1 loses no digits.

namespace scprior {

/// ln f'(x) = ln(1 + c tanh'(x)), as the logarithm of tanh²(x) + s / cosh²(x): a sum of positive terms, which cannot
/// cancel. Shapes: x, s broadcast. Domain: s > 0.
SCPRIOR_API at::Tensor tanh_step_log_slope(const at::Tensor& x, const at::Tensor& s);

/// The x with x + c tanh(x) = y: halving of the interval y ± |c|, then one Newton step, whose gradients for y and s
/// are those of the solution (first derivatives only). Shapes: y, s broadcast. Domain: s > 0.
SCPRIOR_API at::Tensor tanh_step_inverse(const at::Tensor& y, const at::Tensor& s);

}  // namespace scprior
