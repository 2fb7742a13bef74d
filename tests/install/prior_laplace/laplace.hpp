// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/prior.hpp"

/// Independent Laplace distributions of one scale b.
///
///     ln p(z) = sum_d ( -|z_d| / b - ln 2b )
///
/// Shapes: z [S, B, D] -> [S, B]
/// Domain: b > 0
class LaplacePrior : public scprior::Prior {
 public:
  explicit LaplacePrior(const scprior::Options& options);
  static scprior::OptionTable options();

  void build(const scprior::Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const at::Tensor& z) override;
  at::Tensor sample(int64_t n, at::Generator generator) override;

 private:
  double scale_;
  int64_t n_latent_ = 0;
};
