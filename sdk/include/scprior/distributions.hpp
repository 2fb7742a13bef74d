// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "scprior/api.hpp"

// Gaussian densities with diagonal covariance. Natural logarithms, nats; the last axis holds the D latent units and is
// summed over. A variance is given by its logarithm: log_var = ln σ².

namespace scprior {

/// ln N(z; 0, 1) = -½ Σ_d (z_d² + ln 2π). Shapes: z [..., D] -> [...].
SCPRIOR_API at::Tensor standard_normal_log_prob(const at::Tensor& z);

/// ln N(z; mean, exp(log_var)). Shapes: [..., D] each, axes broadcast -> [...].
SCPRIOR_API at::Tensor normal_log_prob(const at::Tensor& z, const at::Tensor& mean, const at::Tensor& log_var);

/// Differential entropy ½ Σ_d (1 + ln 2π + log_var_d). Shapes: log_var [..., D] -> [...].
SCPRIOR_API at::Tensor normal_entropy(const at::Tensor& log_var);

/// KL(N(mean, exp(log_var)) || N(0, 1)) = ½ Σ_d (mean_d² + e^v_d - 1 - v_d), v = log_var.
///
/// Source: kingma2014, appendix B. Differs: e^v - 1 is computed as one function, so that v near 0 loses no digits.
/// Shapes: [..., D] each -> [...].
SCPRIOR_API at::Tensor normal_kl_to_standard(const at::Tensor& mean, const at::Tensor& log_var);

/// Log-density of a mixture of K Gaussians, the joint one: the sum over latent units stands inside the mixture.
///
///     ln p(z) = logsumexp_k [log_weights_k + Σ_d ln N(z_d; mean_kd, exp(log_var_kd))]
///
/// One fused kernel with exact first derivatives for all four arguments (float and double on a CPU; the plain form
/// below elsewhere). Results do not depend on the number of threads.
///
/// Source: tomczak2018 (the VampPrior is such a mixture)
/// Shapes: z [M, D], mean and log_var [K, D], log_weights [K] -> [M]; a density if exp(log_weights) sums to 1
/// Domain: K >= 1; float: |log_var| <= 80; finite for |z| up to 1e4 where standard deviations are above 1e-14
/// Cost:   O(M K D) time, O(M K) memory, without gradients O(M + K)
/// Errors: Error{argument} shapes or types do not fit; Error{unsupported} a second derivative is asked for
SCPRIOR_API at::Tensor normal_mixture_log_prob(const at::Tensor& z, const at::Tensor& mean, const at::Tensor& log_var,
                                               const at::Tensor& log_weights);

/// The same by plain tensor operations, on any device and differentiable any number of times; O(M K D) memory.
SCPRIOR_API at::Tensor normal_mixture_log_prob_plain(const at::Tensor& z, const at::Tensor& mean,
                                                     const at::Tensor& log_var, const at::Tensor& log_weights);

/// n independent draws of the mixture, without gradients: k by its weight, then z ~ N(mean_k, exp(log_var_k)).
/// Shapes: mean and log_var [K, D], log_weights [K] -> [n, D]. Errors: Error{argument} n < 0
SCPRIOR_API at::Tensor normal_mixture_sample(int64_t n, const at::Tensor& mean, const at::Tensor& log_var,
                                             const at::Tensor& log_weights, const at::Generator& generator);

}  // namespace scprior
