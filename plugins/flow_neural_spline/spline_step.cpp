// SPDX-License-Identifier: Apache-2.0
#include "spline_step.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "scprior/error.hpp"

namespace scprior {
namespace {

/// Share of Glorot's initial weights in the head: near the identity, yet every weight gets a gradient at once.
constexpr double head_scale = 0.03;

}  // namespace

SplineNetwork::SplineNetwork(int64_t in, int64_t out, const SplineFlowOptions& options, at::Generator init)
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

at::Tensor SplineNetwork::forward(const at::Tensor& x) const {
  if (constant_.defined()) return constant_.expand({x.size(0), x.size(1), constant_.size(0)});
  at::Tensor h = x;
  for (size_t i = 0; i + 1 < layers_.size(); ++i) h = nn::activate(activation_, layers_[i]->forward(h));
  return layers_.back()->forward(h);
}

SplineStep::SplineStep(const at::Tensor& kept, const at::Tensor& changed, const SplineFlowOptions& options,
                       at::Generator init)
    : options_(options),
      network_(kept.size(0) + options.context, changed.size(0) * spline_numbers(options.bins), options, init) {
  add_tensor("kept", kept_, kept.clone(), {.trainable = false});
  add_tensor("changed", changed_, changed.clone(), {.trainable = false});
  add_child("network", network_);
}

Spline SplineStep::splines(const at::Tensor& z, const at::Tensor& context) const {
  at::Tensor known = z.index_select(-1, kept_);
  if (options_.context > 0) known = at::cat({known, context.expand({z.size(0), -1, -1})}, -1);
  const at::Tensor raw =
      network_.forward(known).view({z.size(0), z.size(1), changed_.size(0), spline_numbers(options_.bins)});
  return make_spline(raw, options_.bins, options_.bound);
}

SplineStep::Result SplineStep::forward(const at::Tensor& z, const at::Tensor& context) const {
  const SplineValue moved = evaluate(splines(z, context), z.index_select(-1, changed_));
  return {z.index_copy(-1, changed_, moved.value), moved.log_slope.sum(-1)};
}

at::Tensor SplineStep::inverse(const at::Tensor& z, const at::Tensor& context) const {
  return z.index_copy(-1, changed_, invert(splines(z, context), z.index_select(-1, changed_)));
}

}  // namespace scprior
