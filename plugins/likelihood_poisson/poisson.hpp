// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/count_likelihood.hpp"

namespace scprior {

/// Poisson counts with a linear output layer.
///
///     a = W_μ h + b_μ        ln μ = clip(a, -60, 60) + ln(l / 1e4)
///     ln p(x) = x ln μ - μ - lnΓ(x+1)
///
/// Source: townes2019 (counts of molecules, given the cell's total, vary as a multinomial, nearly as a Poisson).
/// Shapes, Domain, Cost, Errors: as CountLikelihood; counts need not be whole.
class Poisson : public CountLikelihood {
 public:
  Poisson();

  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                    at::Generator generator) override;

 protected:
  at::Tensor plain_log_prob(const at::Tensor& x, const at::Tensor& log_mu,
                            const std::vector<at::Tensor>& parameters) const override;
};

}  // namespace scprior
