// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/count_likelihood.hpp"

namespace scprior {

/// Negative binomial counts, Var = μ + μ²/θ, with linear output layers.
///
///     a = W_μ h + b_μ        ln μ = clip(a, -60, 60) + ln(l / 1e4)
///     ln θ = W_θ h + b_θ (gene-cell) | a free vector [G] (gene) | one free number (constant)
///
/// Source: dony2020, methods. Differs: none; `gene` and `constant` are sfaira's choices.
/// Shapes, Domain, Cost, Errors: as CountLikelihood; counts need not be whole.
class NegativeBinomial : public CountLikelihood {
 public:
  explicit NegativeBinomial(const Options& options);
  static OptionTable options();

  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                    at::Generator generator) override;

 protected:
  at::Tensor plain_log_prob(const at::Tensor& x, const at::Tensor& log_mu,
                            const std::vector<at::Tensor>& parameters) const override;
};

}  // namespace scprior
