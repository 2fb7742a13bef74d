// SPDX-License-Identifier: Apache-2.0
#include "train/adam_kernel.hpp"

#include <cmath>

#include "scprior/parallel.hpp"

namespace scprior::core {

SCPRIOR_MULTIVERSION void adam_update(float* __restrict weight, const float* __restrict gradient, float* __restrict mean,
                                      float* __restrict variance, int64_t n, const AdamStep& step) {
  const AdamStep s = step;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const float w = weight[i];
    const float sign = static_cast<float>(w > 0) - static_cast<float>(w < 0);
    const float g = gradient[i] + s.l1 * sign + 2 * s.l2 * w;
    mean[i] += (g - mean[i]) * (1 - s.beta1);
    variance[i] = s.beta2 * variance[i] + (1 - s.beta2) * g * g;
    weight[i] = w - s.rate * mean[i] / (std::sqrt(variance[i]) * s.root_scale + s.epsilon);
  }
}

}  // namespace scprior::core
