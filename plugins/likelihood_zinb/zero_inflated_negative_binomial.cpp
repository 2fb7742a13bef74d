// SPDX-License-Identifier: Apache-2.0
#include "zero_inflated_negative_binomial.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "scprior/elementary.hpp"
#include "scprior/kernels/zero_inflated_negative_binomial.hpp"
#include "scprior/negative_binomial.hpp"

namespace scprior {
namespace {

/// r, as far as it counts.
at::Tensor clipped(const at::Tensor& logit) { return logit.clamp(-kernels::logit_clip, kernels::logit_clip); }

}  // namespace

OptionTable ZeroInflatedNegativeBinomial::options() {
  return {dispersion_option(),
          option::choice("inflation", owners_of_parameters(), "gene-cell",
                         "what has a probability of extra zeros of its own: each gene in each cell, each gene, or "
                         "nothing")};
}

ZeroInflatedNegativeBinomial::ZeroInflatedNegativeBinomial(const Options& options)
    : CountLikelihood("zinb", kernels::zero_inflated_negative_binomial_kernel,
                      {{"log_theta", options.text("dispersion")}, {"logit_pi", options.text("inflation")}}) {}

at::Tensor ZeroInflatedNegativeBinomial::plain_log_prob(const at::Tensor& x, const at::Tensor& log_mu,
                                                        const std::vector<at::Tensor>& parameters) const {
  const at::Tensor logit = clipped(parameters[1].to(at::kDouble));
  const at::Tensor counted = nn::log_sigmoid(-logit) + negative_binomial_log_prob(x, log_mu, parameters[0]);
  return at::where(x == 0, at::logaddexp(nn::log_sigmoid(logit), counted), counted).sum(-1);
}

at::Tensor ZeroInflatedNegativeBinomial::mean(const at::Tensor& h, const at::Tensor& library, const Covariates&) {
  check(h, library);
  return (log_mean(h, library) + nn::log_sigmoid(-clipped(parameter(1, h)))).exp();
}

at::Tensor ZeroInflatedNegativeBinomial::sample(const at::Tensor& h, const at::Tensor& library, const Covariates&,
                                                at::Generator generator) {
  check(h, library);
  const at::NoGradGuard no_grad;
  const at::Tensor counted = negative_binomial_sample(log_mean(h, library), parameter(0, h), generator);
  const at::Tensor kept = nn::sigmoid(-clipped(parameter(1, h).to(at::kDouble))).expand(counted.sizes());
  return (counted * at::bernoulli(kept, generator)).to(h.scalar_type());
}

}  // namespace scprior
