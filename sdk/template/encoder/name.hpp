// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "scprior/encoder.hpp"
#include "scprior/nn.hpp"

/// One hidden layer, then a linear map to each of mean, log-variance and context.
///
///     h = f(W x + b)        mean = W_m h + b_m        ln var = W_v h + b_v        context = W_c h + b_c
///
/// Shapes: x [B, G] = ln(1 + 1e4 counts / l) -> mean, log_var [B, D], context [B, C]
/// Errors: Error{unsupported} for covariates
class @Name@Encoder : public scprior::Encoder {
 public:
  explicit @Name@Encoder(const scprior::Options& options);
  static scprior::OptionTable options();

  void build(const scprior::Dims& dims, at::Generator init) override;
  scprior::Posterior encode(const scprior::CountMatrix& normalised, const scprior::Covariates& covariates) override;

 private:
  int64_t width_;
  std::string activation_;
  std::unique_ptr<scprior::nn::InputLayer> input_;
  std::unique_ptr<scprior::nn::Linear> mean_, log_var_, context_;
};
