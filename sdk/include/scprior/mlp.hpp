// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scprior/nn.hpp"

namespace scprior::nn {

struct MlpOptions {
  std::vector<int64_t> hidden;  ///< widths of the hidden layers; empty = a linear map
  std::string activation = "tanh";
  /// The output layer starts with this share of Glorot's weights: a small one starts near 0, and still every weight has
  /// a gradient at once.
  double output_share = 1;
};

/// The network inside a flow or a prior: hidden layers and a linear output, [..., in] -> [..., out]. For in = 0:
/// learned constants, which start at 0.
///
/// Without BatchNorm and dropout, so that cells do not depend on each other. Not penalised: the L1 and L2 penalties
/// belong to the hidden layers of encoder and decoder (nn::DenseTrunk).
class SCPRIOR_API Mlp : public Module {
 public:
  Mlp(int64_t in, int64_t out, const MlpOptions& options, at::Generator init);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::string activation_;
  std::vector<std::unique_ptr<Linear>> layers_;  ///< the last one is the output
  at::Tensor constant_;                          ///< [out] where there is nothing to depend on
};

}  // namespace scprior::nn
