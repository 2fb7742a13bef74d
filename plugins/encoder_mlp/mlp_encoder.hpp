// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "scprior/encoder.hpp"
#include "scprior/nn.hpp"

namespace scprior {

/// Multilayer perceptron: hidden blocks, then linear heads for the mean, the log-variance and the context.
///
/// Source:  dony2020, methods (widths 512, 256; tanh, BatchNorm, Dropout 0.2)
/// Differs: with plain_last and batch_norm_scale the layers are those of sfaira
/// Shapes:  normalised [B, G] -> mean, log_var [B, D], context [B, H]
class MlpEncoder : public Encoder {
 public:
  explicit MlpEncoder(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  Posterior encode(const CountMatrix& normalised, const Covariates& covariates) override;

 private:
  std::vector<int64_t> hidden_;
  nn::BlockOptions block_;
  bool plain_last_;
  double log_var_bound_;
  std::unique_ptr<nn::EncoderTrunk> trunk_;
  std::unique_ptr<nn::Linear> mean_, log_var_, context_;
};

}  // namespace scprior
