// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace scprior {

/// Σ_g ln NB(x_g | μ_g, θ_g) by tensor operations in float64, differentiable any number of times.
///
///     ln NB = [lnΓ(x+θ) - lnΓ(θ) - x ln θ] - (x+θ) ln(1 + μ/θ) + x ln μ - lnΓ(x+1)
///
/// For θ > 1e4 the bracket comes from Stirling's series, where the terms of order θ ln θ have cancelled.
/// Source: dony2020, methods. Shapes: x [B, G], log_mu [S, B, G], log_theta broadcast against it -> [S, B] float64.
at::Tensor composite_log_prob(const at::Tensor& x, const at::Tensor& log_mu, const at::Tensor& log_theta);

}  // namespace scprior
