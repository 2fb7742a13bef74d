// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/count_likelihood.hpp"

namespace scprior {

/// Negative binomial counts with extra zeros, with linear output layers.
///
///     p(x) = π [x = 0] + (1 - π) NB(x | μ, θ),   Var_NB = μ + μ²/θ
///     a = W_μ h + b_μ        ln μ = clip(a, -60, 60) + ln(l / 1e4)
///     ln θ = W_θ h + b_θ (gene-cell) | a free vector [G] (gene) | one free number (constant)
///     r    = W_π h + b_π, or free as ln θ             π = σ(clip(r, -60, 60))
///
/// Source: lopez2018; risso2018 for the use on single cells. Differs: logits are clipped, so that π is at least e^-60:
/// an observed zero never costs more than 60 nats. The mean of the counted part is scaled by the cell's size as in
/// dony2020.
/// Shapes, Domain, Cost, Errors: as CountLikelihood; counts need not be whole. Where |r| > 60 its gradient is 0.
class ZeroInflatedNegativeBinomial : public CountLikelihood {
 public:
  explicit ZeroInflatedNegativeBinomial(const Options& options);
  static OptionTable options();

  /// (1 - π) μ.
  at::Tensor mean(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates) override;
  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                    at::Generator generator) override;

 protected:
  at::Tensor plain_log_prob(const at::Tensor& x, const at::Tensor& log_mu,
                            const std::vector<at::Tensor>& parameters) const override;
};

}  // namespace scprior
