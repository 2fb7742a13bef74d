// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>

#include <cmath>

namespace scprior::nn {

/// U(-a, a) with a = sqrt(6 / (in + out)). Source: glorot2010 eq. 16.
inline at::Tensor glorot_uniform(int64_t in, int64_t out, at::IntArrayRef shape, const at::Generator& init) {
  const double bound = std::sqrt(6.0 / static_cast<double>(in + out));
  return at::empty(shape, at::kFloat).uniform_(-bound, bound, init);
}

}  // namespace scprior::nn
