// SPDX-License-Identifier: Apache-2.0
#include "composite_log_prob.hpp"

#include <ATen/ATen.h>

namespace scprior {
namespace {

constexpr double stirling_above = 1e4;

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

at::Tensor composite_log_prob(const at::Tensor& counts, const at::Tensor& log_mean, const at::Tensor& log_dispersion) {
  const at::Tensor x = counts.to(at::kDouble), log_mu = log_mean.to(at::kDouble);
  const at::Tensor log_theta = log_dispersion.to(at::kDouble).clamp(-300, 300);
  const at::Tensor theta = log_theta.exp();
  const at::Tensor log_1t = at::log1p((log_mu - log_theta).exp());
  const at::Tensor value = log_rising(x, theta, log_theta) - (x + theta) * log_1t + x * log_mu - at::lgamma(x + 1);
  return value.sum(-1);
}

}  // namespace scprior
