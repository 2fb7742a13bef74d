// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include "scprior/elementary.hpp"
#include "scprior/error.hpp"
#include "scprior/nn.hpp"
#include "scprior/options.hpp"

namespace scprior::nn {
namespace {

/// x where it is above 0, else exp(x) - 1. Gradients are finite for every x.
at::Tensor elu(const at::Tensor& x) { return at::where(x > 0, x, at::expm1(at::clamp_max(x, 0))); }

/// Source: klambauer2017, equation 2.
at::Tensor selu(const at::Tensor& x) {
  constexpr double alpha = 1.6732632423543772, lambda = 1.0507009873554805;
  return at::where(x > 0, x, at::expm1(at::clamp_max(x, 0)) * alpha) * lambda;
}

}  // namespace

const std::vector<std::string>& activation_names() {
  static const std::vector<std::string> names = {"tanh", "relu", "elu", "selu", "gelu", "silu", "softplus", "linear"};
  return names;
}

at::Tensor activate(const std::string& name, const at::Tensor& x) {
  if (name == "tanh") return at::tanh(x);
  if (name == "relu") return at::relu(x);
  if (name == "elu") return nn::elu(x);
  if (name == "selu") return nn::selu(x);
  if (name == "gelu") return at::gelu(x);
  if (name == "silu") return x * nn::sigmoid(x);
  if (name == "softplus") return nn::softplus(x);
  if (name == "linear") return x;
  fail(Status::config, "activation \"", name, "\" is unknown; nearest is \"", nearest_name(name, activation_names()),
       "\"");
}

}  // namespace scprior::nn
