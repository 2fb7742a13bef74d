// SPDX-License-Identifier: Apache-2.0
#include "negative_binomial.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "composite_log_prob.hpp"
#include "fused_log_prob.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {
namespace {

constexpr double logit_limit = 60;
constexpr double largest_rate = 1e18;  // the Poisson sampler counts in 64-bit integers

/// ln(l / 1e4), [B].
at::Tensor log_size_of(const at::Tensor& library, const at::Tensor& h) {
  return (library.to(at::kDouble) / 1e4).log().to(h.scalar_type());
}

bool kernel_knows(const at::Tensor& h) {
  return h.is_cpu() && (h.scalar_type() == at::kFloat || h.scalar_type() == at::kDouble);
}

}  // namespace

OptionTable NegativeBinomial::options() {
  return {option::choice("dispersion", {"gene-cell", "gene", "constant"}, "gene-cell",
                         "what has an inverse dispersion of its own: each gene in each cell, each gene, or nothing")};
}

NegativeBinomial::NegativeBinomial(const Options& options) : dispersion_(options.text("dispersion")) {}

void NegativeBinomial::build(const Dims& dims, at::Generator init) {
  if (dims.genes < 1 || dims.hidden < 1)
    fail(Status::config, "likelihood nb: ", dims.genes, " genes and a decoder of width ", dims.hidden,
         "; at least 1 of each is needed");
  genes_ = dims.genes;
  hidden_ = dims.hidden;
  mean_ = std::make_unique<nn::Linear>(hidden_, genes_, false, init);
  add_child("mean", *mean_);
  if (dispersion_ == "gene-cell") {
    theta_ = std::make_unique<nn::Linear>(hidden_, genes_, false, init);
    add_child("log_theta", *theta_);
  } else {
    add_tensor("log_theta", log_theta_, at::zeros({dispersion_ == "gene" ? genes_ : 1}));
  }
}

void NegativeBinomial::check(const at::Tensor& h, const at::Tensor& library) const {
  check_shape("likelihood nb: h", h, {any_length, any_length, hidden_});
  check_shape("likelihood nb: library", library, {h.size(1)});
}

at::Tensor NegativeBinomial::log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                                      const Covariates&) {
  check(h, library);
  if (counts.rows() != h.size(1) || counts.columns() != genes_)
    fail(Status::argument, "likelihood nb: counts have shape [", counts.rows(), ", ", counts.columns(), "], expected [",
         h.size(1), ", ", genes_, "]");
  const at::Tensor& values = counts.is_sparse() ? counts.csr().values : counts.dense();
  if (at::GradMode::is_enabled() && (values.requires_grad() || library.requires_grad()))
    fail(Status::unsupported, "likelihood nb offers no gradients with respect to counts or library; detach them");
  if (!kernel_knows(h)) return composite(counts, h, library);
  const OutputLayers layers{mean_->weight, mean_->bias, theta_ ? theta_->bias : log_theta_,
                            theta_ ? theta_->weight : at::Tensor()};
  return fused_log_prob(counts, h, log_size_of(library, h), layers);
}

at::Tensor NegativeBinomial::log_mean(const at::Tensor& h, const at::Tensor& log_size) const {
  return mean_->forward(h).clamp(-logit_limit, logit_limit) + log_size.unsqueeze(-1);
}

at::Tensor NegativeBinomial::log_dispersion(const at::Tensor& h) const {
  return theta_ ? theta_->forward(h) : log_theta_;
}

at::Tensor NegativeBinomial::composite(const CountMatrix& counts, const at::Tensor& h,
                                       const at::Tensor& library) const {
  const at::Tensor empty = library == 0;                                      // [B]
  const at::Tensor log_size = log_size_of(library, h).masked_fill(empty, 0);  // [B]
  const at::Tensor x = counts.dense();                                        // [B, G]
  const at::Tensor value = composite_log_prob(x, log_mean(h, log_size), log_dispersion(h)).to(h.scalar_type());
  const at::Tensor of_empty = at::zeros_like(log_size).masked_fill((x != 0).any(1), -INFINITY);  // [B]
  return at::where(empty, of_empty, value);
}

at::Tensor NegativeBinomial::mean(const at::Tensor& h, const at::Tensor& library, const Covariates&) {
  check(h, library);
  return log_mean(h, log_size_of(library, h)).exp();
}

at::Tensor NegativeBinomial::sample(const at::Tensor& h, const at::Tensor& library, const Covariates&,
                                    at::Generator generator) {
  check(h, library);
  const at::NoGradGuard no_grad;
  // A Poisson count whose rate is Gamma distributed, in double: shapes θ reach far beyond what float resolves.
  const at::Tensor log_mu = log_mean(h, log_size_of(library, h)).to(at::kDouble);
  const at::Tensor log_theta = log_dispersion(h).to(at::kDouble).clamp(-logit_limit, logit_limit);
  const at::Tensor shape = log_theta.exp().expand(log_mu.sizes()).contiguous();
  const at::Tensor rate = at::_standard_gamma(shape, generator).mul_((log_mu - log_theta).exp());
  return at::poisson(rate.clamp_max_(largest_rate), generator).to(h.scalar_type());
}

}  // namespace scprior
