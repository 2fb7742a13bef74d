// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include "scprior/api.hpp"

// The negative binomial with mean μ and inverse dispersion θ, Var = μ + μ²/θ, by plain tensor operations in float64: on
// any device, differentiable any number of times. Shapes: [...] each, axes broadcast -> [...] float64.

namespace scprior {

/// ln NB of each entry.
///
///     ln NB = [lnΓ(x+θ) - lnΓ(θ) - x ln θ] - (x+θ) ln(1 + μ/θ) + x ln μ - lnΓ(x+1)
///
/// For θ > 1e4 the bracket comes from Stirling's series, where the terms of order θ ln θ have cancelled.
/// Source: dony2020, methods. Domain: x >= 0; ln θ is limited to ±300.
SCPRIOR_API at::Tensor negative_binomial_log_prob(const at::Tensor& x, const at::Tensor& log_mu,
                                                  const at::Tensor& log_theta);

/// One draw each: a Poisson count whose rate is Gamma distributed. Domain: ln θ is limited to ±60, rates to 1e18.
SCPRIOR_API at::Tensor negative_binomial_sample(const at::Tensor& log_mu, const at::Tensor& log_theta,
                                                const at::Generator& generator);

/// One Poisson count for each rate [...] float64; rates are limited to 1e18.
SCPRIOR_API at::Tensor poisson_sample(const at::Tensor& rate, const at::Generator& generator);

}  // namespace scprior
