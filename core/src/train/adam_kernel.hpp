// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace scprior::core {

/// The numbers of one optimisation step, the same for every weight of a tensor.
struct AdamStep {
  double beta1, beta2;
  double rate;        ///< learning rate / (1 - β1^t)
  double root_scale;  ///< 1 / sqrt(1 - β2^t)
  double epsilon, l1, l2;
};

/// Updates n weights and their moments in place. The arrays do not overlap.
void adam_update(float* weight, const float* gradient, float* mean, float* variance, int64_t n, const AdamStep& step);

/// Over some weights, in float64.
struct WeightSums {
  double absolute = 0, squared = 0;  ///< Σ |w|, Σ w²
};
WeightSums sum_weights(const float* weight, int64_t n);

}  // namespace scprior::core
