// SPDX-License-Identifier: Apache-2.0
#include "scprior/mlp.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "scprior/error.hpp"

namespace scprior::nn {

Mlp::Mlp(int64_t in, int64_t out, const MlpOptions& options, at::Generator init) : activation_(options.activation) {
  if (in == 0) {
    add_tensor("constant", constant_, at::zeros({out}));
    return;
  }
  const auto add = [&](const std::string& name, int64_t width) {
    layers_.push_back(std::make_unique<Linear>(in, width, false, init));
    add_child(name, *layers_.back());
    in = width;
  };
  for (const int64_t width : options.hidden) add(concat("hidden_", layers_.size()), width);
  add("output", out);
  const at::NoGradGuard no_grad;
  layers_.back()->weight.mul_(options.output_share);
}

at::Tensor Mlp::forward(const at::Tensor& x) const {
  if (constant_.defined()) {
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = constant_.size(0);
    return constant_.expand(shape);
  }
  at::Tensor h = x;
  for (size_t i = 0; i + 1 < layers_.size(); ++i) h = activate(activation_, layers_[i]->forward(h));
  return layers_.back()->forward(h);
}

}  // namespace scprior::nn
