// SPDX-License-Identifier: Apache-2.0
#include "scprior/autoregressive.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>

#include "initial_weights.hpp"
#include "scprior/error.hpp"
#include "scprior/nn.hpp"

namespace scprior::nn {
namespace {

/// [width] int64, ascending from lowest to highest, as even as whole numbers allow; both ends occur if width > 1.
at::Tensor spread_degrees(int64_t width, int64_t lowest, int64_t highest) {
  const int64_t n = highest - lowest + 1;
  const at::Tensor place = at::arange(width, at::kLong);
  const at::Tensor step = width >= n ? (place * n).floor_divide(width) : (place * (n - 1)).floor_divide(width - 1);
  return step + lowest;
}

/// 1 where `to` may see `from`: [to, from].
at::Tensor mask_at_most(const at::Tensor& from, const at::Tensor& to) {
  return (from.unsqueeze(0) <= to.unsqueeze(1)).to(at::kFloat);
}

void check_options(int64_t dims, int64_t context_width, int64_t lowest, const AutoregressiveOptions& options) {
  if (dims < 1 || context_width < 0)
    fail(Status::config,
         "an autoregressive network needs at least one coordinate and a context of width 0 or more, got ", dims,
         " and ", context_width);
  if (options.hidden.empty()) fail(Status::config, "hidden = []: an autoregressive network needs a hidden layer");
  const int64_t least = std::min<int64_t>(2, std::max<int64_t>(dims - lowest, 1));
  for (const int64_t width : options.hidden)
    if (width < least)
      fail(Status::config, "hidden layer of width ", width, ": must be at least ", least,
           ", or some coordinates could not depend on the others and on the context");
  if (options.outputs < 1) fail(Status::config, "outputs = ", options.outputs, ": must be at least 1");
  if (!options.initial_bias.empty() && static_cast<int64_t>(options.initial_bias.size()) != options.outputs)
    fail(Status::config, "initial_bias has ", options.initial_bias.size(), " values, expected ", options.outputs);
}

}  // namespace

MaskedLinear::MaskedLinear(at::Tensor mask_value, int64_t fan_in, at::Generator init) {
  const int64_t out = mask_value.size(0);
  add_tensor("weight", weight, glorot_uniform(fan_in, out, mask_value.sizes(), init));
  add_tensor("bias", bias, at::zeros({out}));
  add_tensor("mask", mask, std::move(mask_value), {.trainable = false});
}

at::Tensor MaskedLinear::forward(const at::Tensor& x) const { return nn::linear(x, masked_weight(), bias); }

at::Tensor MaskedLinear::masked_weight() const { return weight * mask; }

MaskedAutoregressive::MaskedAutoregressive(int64_t dims, int64_t context_width, AutoregressiveOptions options,
                                           at::Generator init)
    : dims_(dims), context_width_(context_width), options_(std::move(options)) {
  check_options(dims_, context_width_, context_width_ > 0 ? 0 : 1, options_);
  add_tensor(
      "order", order_,
      options_.random_order ? at::randperm(dims_, init, at::TensorOptions(at::kLong)) : at::arange(dims_, at::kLong),
      {.trainable = false});
  build_masks(init);
  if (options_.initial_bias.empty()) return;
  const at::NoGradGuard no_grad;
  for (int64_t output = 0; output < options_.outputs; ++output)
    output_->bias.narrow(0, output * dims_, dims_).fill_(options_.initial_bias[output]);
}

void MaskedAutoregressive::build_masks(at::Generator init) {
  const at::Tensor along_order = at::arange(1, dims_ + 1, at::kLong);
  const at::Tensor coordinate_degree = at::empty_like(along_order).scatter_(0, order_, along_order);
  // A single coordinate without context: nothing to see, the outputs are constants.
  const int64_t highest = dims_ - 1, lowest = context_width_ > 0 ? 0 : std::min<int64_t>(1, highest);

  at::Tensor degree = coordinate_degree;
  int64_t fan_in = dims_ + context_width_;
  for (size_t layer = 0; layer < options_.hidden.size(); ++layer) {
    const int64_t width = options_.hidden[layer];
    const at::Tensor next = spread_degrees(width, lowest, highest);
    hidden_.push_back(std::make_unique<MaskedLinear>(mask_at_most(degree, next), fan_in, init));
    add_child(concat("hidden_", layer), *hidden_.back());
    if (layer == 0 && context_width_ > 0)
      add_tensor("context_weight", context_weight_, glorot_uniform(fan_in, width, {width, context_width_}, init));
    degree = next;
    fan_in = width;
  }
  const at::Tensor below = coordinate_degree.sub(1).repeat({options_.outputs});
  output_ = std::make_unique<MaskedLinear>(mask_at_most(degree, below), fan_in, init);
  add_child("output", *output_);
}

at::Tensor MaskedAutoregressive::first_layer_start(const at::Tensor& context) const {
  const at::Tensor& bias = hidden_.front()->bias;
  if (context_width_ == 0) return bias;
  if (!context.defined() || context.size(-1) != context_width_)
    fail(Status::argument, "the context has width ", context.defined() ? context.size(-1) : 0, ", expected ",
         context_width_);
  return nn::linear(context, context_weight_, bias);
}

at::Tensor MaskedAutoregressive::forward(const at::Tensor& z, const at::Tensor& context) const {
  if (z.size(-1) != dims_) fail(Status::argument, "z has ", z.size(-1), " coordinates, expected ", dims_);
  at::Tensor hidden = nn::linear(z, hidden_.front()->masked_weight(), {}) + first_layer_start(context);  // [..., H]
  hidden = activate(options_.activation, hidden);
  for (size_t layer = 1; layer < hidden_.size(); ++layer)
    hidden = activate(options_.activation, hidden_[layer]->forward(hidden));
  return output_->forward(hidden).unflatten(-1, {options_.outputs, dims_});
}

template <class T>
std::vector<kernels::StaircaseLayer<T>> MaskedAutoregressive::packed() const {
  const at::NoGradGuard no_grad;
  std::vector<kernels::StaircaseLayer<T>> layers;
  const auto add = [&](const at::Tensor& weight, const at::Tensor& bias) {
    const at::Tensor weights = weight.contiguous(), biases = bias.contiguous();
    layers.push_back(kernels::pack_staircase(weights.data_ptr<T>(), biases.data_ptr<T>(), weights.size(0),
                                             weights.size(1)));
  };
  add(hidden_.front()->masked_weight().index_select(1, order_), hidden_.front()->bias);
  for (size_t layer = 1; layer < hidden_.size(); ++layer) add(hidden_[layer]->masked_weight(), hidden_[layer]->bias);
  const at::Tensor of_output = at::arange(options_.outputs, order_.options()) * dims_;
  const at::Tensor units = (order_.unsqueeze(1) + of_output).flatten();  // [D · outputs]
  add(output_->masked_weight().index_select(0, units), output_->bias.index_select(0, units));
  return layers;
}

template SCPRIOR_API std::vector<kernels::StaircaseLayer<float>> MaskedAutoregressive::packed() const;
template SCPRIOR_API std::vector<kernels::StaircaseLayer<double>> MaskedAutoregressive::packed() const;

std::optional<kernels::Activation> kernel_activation(const std::string& name) {
  using kernels::Activation;
  static const std::map<std::string, Activation> known = {
      {"tanh", Activation::tanh}, {"relu", Activation::relu}, {"elu", Activation::elu},
      {"selu", Activation::selu}, {"silu", Activation::silu}, {"softplus", Activation::softplus},
      {"linear", Activation::linear}};
  const auto found = known.find(name);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace scprior::nn
