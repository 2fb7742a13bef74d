// SPDX-License-Identifier: Apache-2.0
#include "negative_binomial.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "scprior/kernels/negative_binomial.hpp"
#include "scprior/negative_binomial.hpp"

namespace scprior {

OptionTable NegativeBinomial::options() { return {dispersion_option()}; }

NegativeBinomial::NegativeBinomial(const Options& options)
    : CountLikelihood("nb", kernels::negative_binomial_kernel, {{"log_theta", options.text("dispersion")}}) {}

at::Tensor NegativeBinomial::plain_log_prob(const at::Tensor& x, const at::Tensor& log_mu,
                                            const std::vector<at::Tensor>& parameters) const {
  return negative_binomial_log_prob(x, log_mu, parameters[0]).sum(-1);
}

at::Tensor NegativeBinomial::sample(const at::Tensor& h, const at::Tensor& library, const Covariates&,
                                    at::Generator generator) {
  check(h, library);
  const at::NoGradGuard no_grad;
  return negative_binomial_sample(log_mean(h, library), parameter(0, h), generator).to(h.scalar_type());
}

}  // namespace scprior
