// SPDX-License-Identifier: Apache-2.0
#include "affine_step.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "scprior/error.hpp"

namespace scprior {
namespace {

/// Share of Glorot's initial weights in the head: near the identity, yet every weight gets a gradient at once.
constexpr double head_scale = 0.01;

}  // namespace

RealNvpNetwork::RealNvpNetwork(int64_t in, int64_t out, const RealNvpOptions& options, at::Generator init)
    : activation_(options.activation) {
  if (in == 0) {
    add_tensor("constant", constant_, at::zeros({out}));
    return;
  }
  for (const int64_t width : options.hidden) {
    layers_.push_back(std::make_unique<nn::Linear>(in, width, false, init));
    in = width;
  }
  layers_.push_back(std::make_unique<nn::Linear>(in, out, false, init));
  for (size_t i = 0; i < layers_.size(); ++i)
    add_child(i + 1 < layers_.size() ? concat("linear_", i) : "head", *layers_[i]);
  const at::NoGradGuard no_grad;
  layers_.back()->weight.mul_(head_scale);
}

at::Tensor RealNvpNetwork::forward(const at::Tensor& x) const {
  if (constant_.defined()) {
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = constant_.size(0);
    return constant_.expand(shape);
  }
  at::Tensor h = x;
  for (size_t i = 0; i + 1 < layers_.size(); ++i) h = nn::activate(activation_, layers_[i]->forward(h));
  return layers_.back()->forward(h);
}

RealNvpStep::RealNvpStep(const at::Tensor& kept, const at::Tensor& changed, const RealNvpOptions& options,
                         at::Generator init)
    : bound_(options.log_scale_bound), network_(kept.size(0), 2 * changed.size(0), options, init) {
  add_tensor("kept", kept_, kept.clone(), {.trainable = false});
  add_tensor("changed", changed_, changed.clone(), {.trainable = false});
  add_child("network", network_);
}

RealNvpStep::Affine RealNvpStep::affine(const at::Tensor& z) const {
  const std::vector<at::Tensor> outputs = network_.forward(z.index_select(-1, kept_)).chunk(2, -1);
  return {at::tanh(outputs[0] / bound_) * bound_, outputs[1]};
}

RealNvpStep::Result RealNvpStep::forward(const at::Tensor& z) const {
  const Affine change = affine(z);
  const at::Tensor moved = at::exp(change.log_scale) * z.index_select(-1, changed_) + change.shift;
  return {z.index_copy(-1, changed_, moved), change.log_scale.sum(-1)};
}

at::Tensor RealNvpStep::inverse(const at::Tensor& z) const {
  const Affine change = affine(z);
  const at::Tensor moved = (z.index_select(-1, changed_) - change.shift) * at::exp(-change.log_scale);
  return z.index_copy(-1, changed_, moved);
}

}  // namespace scprior
