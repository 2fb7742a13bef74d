// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scprior/count_matrix.hpp"
#include "scprior/module.hpp"

// Layers shared by the plugins. Initial weights: Glorot uniform, U(±sqrt(6 / (in + out))); biases 0.

namespace scprior::nn {

/// y = x Wᵀ + b for x [..., in], weight [out, in], bias [out] or undefined; sums as in fixed_order.hpp.
/// Call it nn::linear: without nn:: C++ may take LibTorch's. Errors: Error{argument} if the shapes do not fit.
SCPRIOR_API at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

/// y = x Wᵀ + b. weight [out, in], bias [out].
class SCPRIOR_API Linear : public Module {
 public:
  /// penalised: the L1 and L2 penalties apply to the weight (hidden layers: yes, heads: no).
  Linear(int64_t in, int64_t out, bool penalised, at::Generator init);
  at::Tensor forward(const at::Tensor& x) const;  ///< [..., in] -> [..., out]

  at::Tensor weight, bias;
};

/// The first layer of an encoder: y = x W + b for sparse or dense x [B, G]. weight [G, out]: a gene's weights lie
/// together. A sparse x costs nnz · out; gradients reach the weights, the bias and, where wanted, the values of x.
class SCPRIOR_API InputLayer : public Module {
 public:
  InputLayer(int64_t genes, int64_t out, bool penalised, at::Generator init);
  at::Tensor forward(const CountMatrix& x) const;  ///< [B, G] -> [B, out]

  at::Tensor weight, bias;
};

/// Batch normalisation with Keras' constants: eps 1e-3, and momentum 0.99 unless given, the share of the running
/// statistics that a step keeps; the running variance is that of the batch, without Bessel's correction. A training
/// batch of one row uses the running statistics (it has no variance).
/// Errors: Error{unsupported} at a second derivative in training, on a CPU.
class SCPRIOR_API BatchNorm : public Module {
 public:
  explicit BatchNorm(int64_t width, bool scale = true, double momentum = 0.99);
  at::Tensor forward(const at::Tensor& x) const;  ///< [B, H]

  at::Tensor gamma, beta, running_mean, running_var;

 private:
  at::Tensor normalise_by_batch(const at::Tensor& x) const;
  // Moves the running statistics towards those of a training batch.
  void follow(const at::Tensor& mean, const at::Tensor& variance) const;

  double momentum_;
};

/// Zeroes a share `p` of the entries, scales the others by 1 / (1 - p). Draws from `noise` only.
SCPRIOR_API at::Tensor dropout(const at::Tensor& x, double p, const at::Generator& noise);

/// Names accepted by activate().
SCPRIOR_API const std::vector<std::string>& activation_names();
SCPRIOR_API at::Tensor activate(const std::string& name, const at::Tensor& x);

/// What follows a linear map in a hidden layer, in the paper's order.
struct BlockOptions {
  std::string activation = "tanh";
  bool batch_norm = true;
  bool batch_norm_scale = true;  ///< sfaira's autoencoder: false
  double batch_norm_momentum = 0.99;
  double dropout = 0.2;
};

/// activation -> BatchNorm -> Dropout on [B, H].
class SCPRIOR_API BlockTail : public Module {
 public:
  BlockTail(int64_t width, BlockOptions options);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  BlockOptions options_;
  std::unique_ptr<BatchNorm> norm_;
};

/// Hidden layers on dense input: [B, in] -> [B, widths.back()]; the identity if there are no widths.
class SCPRIOR_API DenseTrunk : public Module {
 public:
  /// plain_last: the last layer has neither BatchNorm nor dropout (sfaira before its bottleneck).
  DenseTrunk(int64_t in, const std::vector<int64_t>& widths, const BlockOptions& options, bool plain_last,
             at::Generator init);
  at::Tensor forward(at::Tensor x) const;

 private:
  std::vector<std::unique_ptr<Linear>> hidden_;
  std::vector<std::unique_ptr<BlockTail>> tails_;
};

/// Hidden layers from the genes upwards: [B, G] -> [B, widths.back()]. At least one width.
class SCPRIOR_API EncoderTrunk : public Module {
 public:
  EncoderTrunk(int64_t genes, const std::vector<int64_t>& widths, const BlockOptions& options, bool plain_last,
               at::Generator init);
  at::Tensor forward(const CountMatrix& x) const;

 private:
  InputLayer input_;
  BlockTail tail_;
  DenseTrunk rest_;
};

}  // namespace scprior::nn
