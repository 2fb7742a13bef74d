// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/prior.hpp"

/// A Gaussian with diagonal covariance whose mean m and log-variance v are learned.
///
///     ln p(z) = sum_d ln N(z_d; m_d, exp(v_d))
///
/// Shapes: z [S, B, D] -> [S, B]
class @Name@Prior : public scprior::Prior {
 public:
  explicit @Name@Prior(const scprior::Options& options);
  static scprior::OptionTable options();

  void build(const scprior::Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const at::Tensor& z) override;
  at::Tensor sample(int64_t n, at::Generator generator) override;
  std::optional<at::Tensor> kl(const scprior::Posterior& q) override;  ///< optional

 private:
  double scale_;
  at::Tensor mean_, log_var_;  ///< [D]
};
