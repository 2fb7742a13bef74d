// SPDX-License-Identifier: Apache-2.0
#include "scprior/negative_binomial.hpp"

#include <ATen/ATen.h>

namespace scprior {
namespace {

constexpr double stirling_above = 1e4;
constexpr double log_theta_limit = 60;
constexpr double largest_rate = 1e18;  // the Poisson sampler counts in 64-bit integers

/// lnΓ(x+θ) - lnΓ(θ) - x ln θ.
at::Tensor log_rising(const at::Tensor& x, const at::Tensor& theta, const at::Tensor& log_theta) {
  // Each branch sees only arguments in its domain: what is not selected must not make NaN gradients.
  const at::Tensor large = theta > stirling_above;
  const at::Tensor low = theta.clamp_max(stirling_above), high = theta.clamp_min(stirling_above);
  const at::Tensor direct = at::lgamma(x + low) - at::lgamma(low) - x * log_theta;
  const at::Tensor stirling =
      (x + high - 0.5) * at::log1p(x / high) - x + ((x + high).reciprocal() - high.reciprocal()) / 12;
  return at::where(large, stirling, direct);
}

}  // namespace

at::Tensor negative_binomial_log_prob(const at::Tensor& counts, const at::Tensor& log_mean,
                                      const at::Tensor& log_dispersion) {
  const at::Tensor x = counts.to(at::kDouble), log_mu = log_mean.to(at::kDouble);
  const at::Tensor log_theta = log_dispersion.to(at::kDouble).clamp(-300, 300);
  const at::Tensor theta = log_theta.exp();
  const at::Tensor log_1t = at::log1p((log_mu - log_theta).exp());
  return log_rising(x, theta, log_theta) - (x + theta) * log_1t + x * log_mu - at::lgamma(x + 1);
}

at::Tensor negative_binomial_sample(const at::Tensor& log_mean, const at::Tensor& log_dispersion,
                                    const at::Generator& generator) {
  // In double: shapes θ reach far beyond what float resolves.
  const at::Tensor log_mu = log_mean.to(at::kDouble);
  const at::Tensor log_theta = log_dispersion.to(at::kDouble).clamp(-log_theta_limit, log_theta_limit);
  const at::Tensor shape = log_theta.exp().expand(log_mu.sizes()).contiguous();
  const at::Tensor rate = at::_standard_gamma(shape, generator).mul_((log_mu - log_theta).exp());
  return poisson_sample(rate, generator);
}

at::Tensor poisson_sample(const at::Tensor& rate, const at::Generator& generator) {
  return at::poisson(rate.to(at::kDouble).clamp_max(largest_rate), generator);
}

}  // namespace scprior
