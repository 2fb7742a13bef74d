// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace scprior {

/// q(z | x) before the flow: a Gaussian with diagonal covariance, or a point.
struct Posterior {
  at::Tensor mean;     ///< [B, D]
  at::Tensor log_var;  ///< [B, D] ln of the variance; undefined = deterministic, z = mean
  at::Tensor context;  ///< [B, H] what a flow may condition on; undefined = none
};

}  // namespace scprior
