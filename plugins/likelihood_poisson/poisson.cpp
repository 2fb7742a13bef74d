// SPDX-License-Identifier: Apache-2.0
#include "poisson.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "scprior/kernels/poisson.hpp"
#include "scprior/negative_binomial.hpp"

namespace scprior {

Poisson::Poisson() : CountLikelihood("poisson", kernels::poisson_kernel, {}) {}

at::Tensor Poisson::plain_log_prob(const at::Tensor& counts, const at::Tensor& log_mean,
                                   const std::vector<at::Tensor>&) const {
  const at::Tensor x = counts.to(at::kDouble), log_mu = log_mean.to(at::kDouble);
  return (x * log_mu - log_mu.exp() - at::lgamma(x + 1)).sum(-1);
}

at::Tensor Poisson::sample(const at::Tensor& h, const at::Tensor& library, const Covariates&, at::Generator generator) {
  check(h, library);
  const at::NoGradGuard no_grad;
  return poisson_sample(log_mean(h, library).to(at::kDouble).exp(), generator).to(h.scalar_type());
}

}  // namespace scprior
