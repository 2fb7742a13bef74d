// SPDX-License-Identifier: Apache-2.0
#include "scprior/distributions.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace scprior {
namespace {

const double log_two_pi = std::log(2 * std::numbers::pi);

}  // namespace

at::Tensor standard_normal_log_prob(const at::Tensor& z) {
  return (z.square().sum(-1) + static_cast<double>(z.size(-1)) * log_two_pi) * -0.5;
}

at::Tensor normal_log_prob(const at::Tensor& z, const at::Tensor& mean, const at::Tensor& log_var) {
  const at::Tensor standardised = (z - mean) * at::exp(log_var * -0.5);
  return (standardised.square() + log_var + log_two_pi).sum(-1) * -0.5;
}

at::Tensor normal_entropy(const at::Tensor& log_var) {
  return (log_var.sum(-1) + static_cast<double>(log_var.size(-1)) * (1 + log_two_pi)) * 0.5;
}

at::Tensor normal_kl_to_standard(const at::Tensor& mean, const at::Tensor& log_var) {
  return (mean.square() + (at::expm1(log_var) - log_var)).sum(-1) * 0.5;
}

}  // namespace scprior
