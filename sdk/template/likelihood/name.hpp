// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "scprior/likelihood.hpp"
#include "scprior/nn.hpp"

/// Poisson counts around a mean whose logarithm is linear in h.
///
///     a = W h + b clipped to [-20, 20]        mu = l / 1e4 exp(a)        ln p(x) = sum_g ( x ln mu - mu - ln x! )
///
/// Domain: counts >= 0. A gene has at most all counts of its cell, which is a = 9.2: clipping changes no sound model.
/// An empty cell (l = 0) has mean 0 and log-probability 0.
/// Errors: Error{data} for counts that are negative, missing or infinite
/// Shapes: counts [B, G], h [S, B, H], library l [B] -> [S, B]
class @Name@Likelihood : public scprior::Likelihood {
 public:
  explicit @Name@Likelihood(const scprior::Options& options);
  static scprior::OptionTable options();

  void build(const scprior::Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const scprior::CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const scprior::Covariates& covariates) override;
  at::Tensor mean(const at::Tensor& h, const at::Tensor& library, const scprior::Covariates& covariates) override;
  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const scprior::Covariates& covariates,
                    at::Generator generator) override;

 private:
  at::Tensor log_rate(const at::Tensor& h) const;                         ///< a: [S, B, G]
  at::Tensor size(const at::Tensor& h, const at::Tensor& library) const;  ///< l / 1e4: [B, 1]

  bool scale_;
  int64_t n_genes_ = 0, n_hidden_ = 0;
  std::unique_ptr<scprior::nn::Linear> layer_;
};
