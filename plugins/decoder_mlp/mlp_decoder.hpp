// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "scprior/decoder.hpp"
#include "scprior/nn.hpp"

namespace scprior {

/// Multilayer perceptron of hidden blocks; the output layer is the likelihood's.
///
/// Source: dony2020, methods (widths 256, 512; tanh, BatchNorm, Dropout 0.2)
/// Shapes: z [S, B, D] -> h [S, B, H]; BatchNorm takes its statistics over all S * B draws
class MlpDecoder : public Decoder {
 public:
  explicit MlpDecoder(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  int64_t hidden_width() const override;
  at::Tensor decode(const at::Tensor& z, const Covariates& covariates) override;

 private:
  std::vector<int64_t> hidden_;
  nn::BlockOptions block_;
  std::unique_ptr<nn::DenseTrunk> trunk_;
};

}  // namespace scprior
