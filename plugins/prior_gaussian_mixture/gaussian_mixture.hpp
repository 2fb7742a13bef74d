// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/options.hpp"
#include "scprior/prior.hpp"

namespace scprior {

/// Mixture of K Gaussians with diagonal covariance; means, variances and weights are learned.
///
///     ln p(z) = logsumexp_k [ln w_k + Σ_d ln N(z_d; m_kd, σ_kd²)]
///     w = softmax(weight_logits),  σ_kd² = exp(log_var_kd) + minimum_scale²
///
/// Source:  jiang2017 (VaDE's p(z))
/// Differs: the components are summed out exactly, there is no q(k | x); they start at random around 0, not from a
///          mixture fitted to an autoencoder's latent space
/// Shapes:  z [S, B, D] -> [S, B]
/// Domain:  float: finite for |z| up to 1e4 where components keep to |m| <= 1e7 and σ between 1e-6 and 1e6
/// Cost:    O(S B K D) time, O(S B K) memory
class GaussianMixturePrior final : public Prior {
 public:
  /// Errors: Error{config} initial_scale is not above minimum_scale.
  explicit GaussianMixturePrior(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const at::Tensor& z) override;
  at::Tensor sample(int64_t n, at::Generator generator) override;

 private:
  at::Tensor bounded_log_var() const;  ///< [K, D] ln σ²
  at::Tensor log_weights() const;      ///< [K], exp sums to 1

  int64_t components_;
  bool learnable_weights_;
  double initial_spread_, initial_scale_, minimum_scale_;
  at::Tensor mean_, log_var_;  ///< [K, D]
  at::Tensor weight_logits_;   ///< [K] if the weights are learned and K > 1
};

}  // namespace scprior
