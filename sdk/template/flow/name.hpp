// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "scprior/flow.hpp"
#include "scprior/nn.hpp"

/// Shifts and stretches every latent unit, by what the encoder says of the cell or alike for all cells.
///
///     (m, a) = W c + b        s = 2 tanh(a / 2)        z = exp(s) z0 + m        ln|det| = sum_d s_d
///
/// Domain: |s| < 2, so that nothing overflows
/// Shapes: z0 [S, B, D], context c [B, C] -> z [S, B, D], log_det [S, B]
class @Name@Flow : public scprior::Flow {
 public:
  explicit @Name@Flow(const scprior::Options& options);
  static scprior::OptionTable options();

  void build(const scprior::Dims& dims, at::Generator init) override;
  int64_t context_width() const override { return context_; }
  scprior::FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override;
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) override;  ///< optional

 private:
  struct Step {
    at::Tensor shift, log_scale;  ///< [B, D], or [D] without context
  };
  Step step(const at::Tensor& z, const at::Tensor& context) const;

  int64_t context_, n_latent_ = 0;
  std::unique_ptr<scprior::nn::Linear> network_;  ///< with context
  at::Tensor shared_;                             ///< [2 D], without
};
