// SPDX-License-Identifier: Apache-2.0
#include "scprior/tanh_step.hpp"

#include <ATen/ATen.h>

#include "scprior/elementary.hpp"

namespace scprior {
namespace {

at::Tensor slope(const at::Tensor& x, const at::Tensor& s) {
  const at::Tensor inverse_cosh_squared = nn::sigmoid(x * 2) * nn::sigmoid(x * -2) * 4;  // finite gradient for every x
  return at::tanh(x).square() + inverse_cosh_squared * s;
}

at::Tensor bisect(const at::Tensor& y, const at::Tensor& c) {
  constexpr int halvings = 64;  // the width 2 |c| falls below a double's precision of |c|
  at::Tensor low = y - c.abs(), high = y + c.abs();
  for (int i = 0; i < halvings; ++i) {
    const at::Tensor middle = low + (high - low) * 0.5;
    const at::Tensor above = middle + c * at::tanh(middle) > y;
    high = at::where(above, middle, high);
    low = at::where(above, low, middle);
  }
  return low + (high - low) * 0.5;
}

}  // namespace

at::Tensor tanh_step_log_slope(const at::Tensor& x, const at::Tensor& s) { return at::log(slope(x, s)); }

at::Tensor tanh_step_inverse(const at::Tensor& y, const at::Tensor& s) {
  at::Tensor x, slope_at_x;
  {
    const at::NoGradGuard no_grad;
    x = bisect(y, s - 1);
    slope_at_x = slope(x, s);
  }
  return x - (x + (s - 1) * at::tanh(x) - y) / slope_at_x;
}

}  // namespace scprior
