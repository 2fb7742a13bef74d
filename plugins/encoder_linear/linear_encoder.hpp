// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "scprior/encoder.hpp"
#include "scprior/nn.hpp"
#include "scprior/options.hpp"

namespace scprior {

/// No hidden layer: the heads stand on the genes themselves.
///
///     mean = x̃ W_m + b_m,   log_var = x̃ W_v + b_v,   context = x̃ W_c + b_c,   x̃ = ln(1 + 1e4 x / l)
///
/// Each is an InputLayer of its own: the sparse product goes by 128 columns, and one of 3 D columns is slower for its
/// longer rows. The weights are heads: not penalised.
/// Source:  lucas2019 (linear VAE, whose optimum spans the principal subspace)
/// Differs: the log-variance depends on the cell; there it is one free vector
/// Shapes:  normalised [B, G] -> mean, log_var [B, D], context [B, H]
class LinearEncoder final : public Encoder {
 public:
  explicit LinearEncoder(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  Posterior encode(const CountMatrix& normalised, const Covariates& covariates) override;

 private:
  double initial_log_var_, log_var_bound_;
  std::unique_ptr<nn::InputLayer> mean_, log_var_, context_;
};

}  // namespace scprior
