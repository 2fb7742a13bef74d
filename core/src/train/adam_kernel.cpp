// SPDX-License-Identifier: Apache-2.0
#include "train/adam_kernel.hpp"

#include <cmath>

#include "scprior/parallel.hpp"

namespace scprior::core {

SCPRIOR_MULTIVERSION void adam_update(float* __restrict weight, const float* __restrict gradient,
                                      float* __restrict mean, float* __restrict variance, int64_t n,
                                      const AdamStep& step) {
  const float keep1 = static_cast<float>(1 - step.beta1), keep2 = static_cast<float>(1 - step.beta2);
  const float beta2 = static_cast<float>(step.beta2), rate = static_cast<float>(step.rate);
  const float root_scale = static_cast<float>(step.root_scale), epsilon = static_cast<float>(step.epsilon);
  const float l1 = static_cast<float>(step.l1), twice_l2 = static_cast<float>(2 * step.l2);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const float w = weight[i];
    const float sign = static_cast<float>(w > 0) - static_cast<float>(w < 0);
    const float g = gradient[i] + l1 * sign + twice_l2 * w;
    mean[i] += (g - mean[i]) * keep1;
    variance[i] = beta2 * variance[i] + keep2 * g * g;
    weight[i] = w - rate * mean[i] / (std::sqrt(variance[i]) * root_scale + epsilon);
  }
}

SCPRIOR_MULTIVERSION WeightSums sum_weights(const float* weight, int64_t n) {
  double absolute = 0, squared = 0;
#pragma omp simd reduction(+ : absolute, squared)
  for (int64_t i = 0; i < n; ++i) {
    const double w = weight[i];
    absolute += std::abs(w);
    squared += w * w;
  }
  return {absolute, squared};
}

}  // namespace scprior::core
