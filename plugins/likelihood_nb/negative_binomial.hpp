// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "scprior/likelihood.hpp"
#include "scprior/nn.hpp"

namespace scprior {

/// Negative binomial counts, Var = μ + μ²/θ, with linear output layers.
///
///     a = W_μ h + b_μ        ln μ = clip(a, -60, 60) + ln(l / 1e4)
///     ln θ = W_θ h + b_θ (gene-cell) | a free vector [G] (gene) | one free number (constant)
///
/// Source: dony2020, methods. Differs: none; `gene` and `constant` are sfaira's choices.
/// Shapes: h [S, B, H], counts [B, G], library [B] -> log_prob [S, B]
/// Domain: counts >= 0; they need not be whole (the Γ function continues the formula). An empty cell (l = 0) has
/// mean 0: its log_prob is 0 and it teaches nothing. Where |a| > 60 the gradient with respect to a is 0.
/// Cost: on the CPU one or two [S B, G] matrices while gradients are wanted; otherwise blocks of 64 MB.
/// Errors: Error{data} for negative, infinite or missing counts (CPU only); Error{unsupported} for second derivatives
/// (CPU only) and for gradients with respect to counts or library.
class NegativeBinomial : public Likelihood {
 public:
  explicit NegativeBinomial(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates& covariates) override;
  at::Tensor mean(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates) override;
  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                    at::Generator generator) override;

  /// log_prob by plain tensor operations: any device and floating type, at ten times the memory.
  at::Tensor composite(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library) const;

 private:
  at::Tensor log_mean(const at::Tensor& h, const at::Tensor& log_size) const;  ///< [S, B, G]
  at::Tensor log_dispersion(const at::Tensor& h) const;                        ///< [S, B, G], [G] or [1]
  void check(const at::Tensor& h, const at::Tensor& library) const;

  std::string dispersion_;
  int64_t genes_ = 0, hidden_ = 0;
  std::unique_ptr<nn::Linear> mean_, theta_;  // theta_: gene-cell only
  at::Tensor log_theta_;                      // otherwise: [G] or [1]
};

}  // namespace scprior
