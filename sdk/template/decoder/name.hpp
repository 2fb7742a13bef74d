// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "scprior/decoder.hpp"
#include "scprior/nn.hpp"

/// One hidden layer. The layer from there to the genes belongs to the likelihood.
///
///     h = f(W z + b)
///
/// Shapes: z [S, B, D] -> h [S, B, H]
/// Errors: Error{unsupported} for covariates
class @Name@Decoder : public scprior::Decoder {
 public:
  explicit @Name@Decoder(const scprior::Options& options);
  static scprior::OptionTable options();

  void build(const scprior::Dims& dims, at::Generator init) override;
  int64_t hidden_width() const override { return width_; }
  at::Tensor decode(const at::Tensor& z, const scprior::Covariates& covariates) override;

 private:
  int64_t width_, n_latent_ = 0;
  std::string activation_;
  std::unique_ptr<scprior::nn::Linear> layer_;
};
