// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scprior/kernels/autoregressive.hpp"
#include "scprior/module.hpp"

namespace scprior::nn {

struct AutoregressiveOptions {
  std::vector<int64_t> hidden = {128};  ///< Widths of the hidden layers; at least one layer, at least two units each.
  std::string activation = "tanh";      ///< One of activation_names().
  int64_t outputs = 2;                  ///< Numbers per coordinate: 2 for a shift and a scale.
  bool random_order = false;            ///< Draw the order of the coordinates; else 0, 1, ..., D - 1.
  std::vector<double> initial_bias;     ///< [outputs] initial bias of each output; empty = 0.
};

/// y = x (W ⊙ mask)ᵀ + b. The mask is a buffer: it is saved and loaded with the weights.
class SCPRIOR_API MaskedLinear : public Module {
 public:
  /// mask: [out, in] of 0 and 1. fan_in: number of inputs that the initial weights are scaled for.
  MaskedLinear(at::Tensor mask, int64_t fan_in, at::Generator init);
  at::Tensor forward(const at::Tensor& x) const;  ///< [..., in] -> [..., out]
  at::Tensor masked_weight() const;               ///< [out, in]

  at::Tensor weight, bias, mask;
};

/// Network whose outputs for a coordinate depend on the context and on the coordinates before it, on no others.
///
///     degree of the context: 0, of the coordinates: 1 ... D along the order, of hidden units: 0 ... D - 1
///     a hidden unit sees what has a degree of at most its own; an output of degree i sees hidden units below i
///
/// Hidden degrees are spread evenly over that range in every layer. Hence no unit is dead: one of degree D would reach
/// no output (counted from 0, that is a degree beyond D - 2). Units of degree 0 carry the context to the first
/// coordinate; without context the range starts at 1, and the first coordinate's outputs are constants that are
/// learned. Layers of at least D units let every coordinate see all before it, narrower ones leave some of those out.
/// Source:  germain2015 (masks); the context as in kingma2016
/// Differs: degrees are spread, not drawn; degree 0 for the context
/// Shapes:  z [..., D], context [..., C], leading axes broadcast -> [..., outputs, D]
/// Errors:  Error{config} if the options do not fit
class SCPRIOR_API MaskedAutoregressive : public Module {
 public:
  MaskedAutoregressive(int64_t dims, int64_t context_width, AutoregressiveOptions options, at::Generator init);

  /// context: undefined if its width is 0.
  at::Tensor forward(const at::Tensor& z, const at::Tensor& context) const;
  /// [D] int64: the coordinates in their order; order()[0] depends on no other.
  const at::Tensor& order() const { return order_; }

  /// What the first hidden layer adds to the product with z: bias and context, [..., H]; the bias [H] without context.
  at::Tensor first_layer_start(const at::Tensor& context) const;
  /// The layers for a kernel, on the CPU and of type T. Inputs of the first are the coordinates in their order; the
  /// last gives all outputs of order()[0], then all of order()[1], ...
  template <class T>
  std::vector<kernels::StaircaseLayer<T>> packed() const;

 private:
  void build_masks(at::Generator init);

  int64_t dims_, context_width_;
  AutoregressiveOptions options_;
  at::Tensor order_, context_weight_;
  std::vector<std::unique_ptr<MaskedLinear>> hidden_;
  std::unique_ptr<MaskedLinear> output_;
};

/// nullopt: kernels do not have that activation.
SCPRIOR_API std::optional<kernels::Activation> kernel_activation(const std::string& name);

}  // namespace scprior::nn
