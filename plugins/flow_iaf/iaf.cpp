// SPDX-License-Identifier: Apache-2.0
#include "iaf.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "scprior/distributions.hpp"
#include "scprior/elementary.hpp"
#include "scprior/error.hpp"
#include "scprior/nn.hpp"
#include "scprior/shapes.hpp"

namespace scprior {

OptionTable InverseAutoregressiveFlow::options() {
  return {
      option::integer("steps", 5, "number of flow steps T").at_least(1),
      option::integers("hidden", {128}, "widths of the hidden layers of each step's network").at_least(2),
      option::choice("activation", nn::activation_names(), "tanh", "non-linearity of the hidden layers"),
      option::choice("gate", {"sigmoid", "exp"}, "sigmoid",
                     "how a step scales: sigmoid(s), or exp(s) with s clipped to [-5, 3]"),
      option::real("gate_bias", 2, "initial bias of s with the sigmoid gate; higher starts nearer to the identity"),
      option::choice("order", {"reverse", "random", "none"}, "reverse",
                     "what happens to the latent units between steps"),
      option::integer("context", 128, "width of the context asked from the encoder; 0 = none").at_least(0),
  };
}

InverseAutoregressiveFlow::InverseAutoregressiveFlow(const Options& options)
    : n_steps_(options.integer("steps")),
      context_(options.integer("context")),
      gate_(options.text("gate") == "exp" ? Gate::exp : Gate::sigmoid),
      order_(options.text("order") == "reverse"  ? Order::reverse
             : options.text("order") == "random" ? Order::random
                                                 : Order::none) {
  network_.hidden = options.integers("hidden");
  if (network_.hidden.empty()) fail(Status::config, "hidden = []: the flow's networks need at least one hidden layer");
  network_.activation = options.text("activation");
  network_.outputs = 2;
  const double gate_bias = options.real("gate_bias");
  network_.initial_bias = {0, gate_ == Gate::sigmoid ? gate_bias : 0};
}

void InverseAutoregressiveFlow::build(const Dims& dims, at::Generator init) {
  dims_ = dims.latent;
  for (int64_t t = 0; t < n_steps_; ++t) {
    steps_.push_back(std::make_unique<Step>());
    Step& step = *steps_.back();
    if (order_ == Order::random && t > 0)
      add_tensor(concat("permutation_", t), step.permutation, at::randperm(dims_, init, at::TensorOptions(at::kLong)),
                 {.trainable = false});
    step.network = std::make_unique<nn::MaskedAutoregressive>(dims_, context_, network_, init);
    add_child(concat("step_", t), *step.network);
  }
}

void InverseAutoregressiveFlow::check(const char* name, const at::Tensor& z, const at::Tensor& context) const {
  check_shape(name, z, {any_length, any_length, dims_});
  if (context_ > 0) check_shape("context", context, {z.size(1), context_});
}

InverseAutoregressiveFlow::Affine InverseAutoregressiveFlow::affine(const Step& step, const at::Tensor& z,
                                                                    const at::Tensor& context) const {
  const at::Tensor outputs = step.network->forward(z, context);  // [S, B, 2, D]
  const at::Tensor m = outputs.select(-2, 0), s = outputs.select(-2, 1);
  if (gate_ == Gate::exp) {
    const at::Tensor log_scale = at::clamp(s, -5, 3);
    return {at::exp(log_scale), m, log_scale};
  }
  const SigmoidGate g = sigmoid_gate(s);
  return {g.value, g.complement * m, g.log_value};
}

/// The coordinates [..., D] as step t takes them, from what the step before gave.
at::Tensor InverseAutoregressiveFlow::reordered(size_t t, const at::Tensor& z) const {
  if (t > 0 && order_ == Order::reverse) return z.flip(-1);
  return steps_[t]->permutation.defined() ? z.index_select(-1, steps_[t]->permutation) : z;
}

FlowResult InverseAutoregressiveFlow::forward(const at::Tensor& z0, const at::Tensor& context) {
  check("z0", z0, context);
  at::Tensor z = z0, log_det;
  for (size_t t = 0; t < steps_.size(); ++t) {
    z = reordered(t, z);
    const Affine change = affine(*steps_[t], z, context);
    z = change.scale * z + change.shift;
    const at::Tensor log_det_t = change.log_scale.sum(-1);  // [S, B]
    log_det = log_det.defined() ? log_det + log_det_t : log_det_t;
  }
  return {z, log_det};
}

template <class T>
FlowMoments InverseAutoregressiveFlow::moments_of(const at::Tensor& mean, const at::Tensor& scale,
                                                  const at::Tensor& noise, const at::Tensor& context,
                                                  kernels::Activation activation) const {
  const at::Tensor means = mean.contiguous(), scales = scale.contiguous(), noise_of_unit = noise.t().contiguous();
  kernels::AutoregressiveDraws<T> draws{.mean = means.data_ptr<T>(),
                                        .scale = scales.data_ptr<T>(),
                                        .noise = noise_of_unit.data_ptr<T>(),
                                        .cells = mean.size(0),
                                        .dims = dims_,
                                        .draws = noise.size(0),
                                        .activation = activation,
                                        .gate = gate_};
  std::vector<at::Tensor> starts;
  at::Tensor place = at::arange(dims_, at::kLong);  // [D] where in z a step finds its coordinates
  for (size_t t = 0; t < steps_.size(); ++t) {
    place = reordered(t, place);
    const nn::MaskedAutoregressive& network = *steps_[t]->network;
    starts.push_back(network.first_layer_start(context).contiguous());
    const at::Tensor rows = place.index_select(0, network.order());
    draws.steps.push_back({.layers = network.packed<T>(),
                           .rows = {rows.data_ptr<int64_t>(), rows.data_ptr<int64_t>() + dims_},
                           .start = context_ > 0 ? starts.back().template data_ptr<T>() : nullptr});
  }
  const at::Tensor out = at::empty_like(means), squares = at::empty_like(means);
  kernels::autoregressive_moments(draws, out.data_ptr<T>(), squares.data_ptr<T>());
  return {out.index_select(1, place), squares.index_select(1, place) / (draws.draws - 1)};
}

std::optional<FlowMoments> InverseAutoregressiveFlow::moments(const at::Tensor& mean, const at::Tensor& scale,
                                                              const at::Tensor& noise, const at::Tensor& context) {
  check_shape("mean", mean, {any_length, dims_});
  check_shape("scale", scale, {mean.size(0), dims_});
  check_shape("noise", noise, {any_length, dims_});
  if (context_ > 0) check_shape("context", context, {mean.size(0), context_});
  const auto activation = nn::kernel_activation(network_.activation);
  if (!mean.is_cpu() || !activation) return std::nullopt;
  const at::NoGradGuard no_grad;
  if (mean.scalar_type() == at::kFloat) return moments_of<float>(mean, scale, noise, context, *activation);
  if (mean.scalar_type() == at::kDouble) return moments_of<double>(mean, scale, noise, context, *activation);
  return std::nullopt;
}

at::Tensor InverseAutoregressiveFlow::invert_step(const Step& step, const at::Tensor& z,
                                                  const at::Tensor& context) const {
  // Shift and scale of a coordinate depend on those before it only, which are known when its turn comes.
  at::Tensor before = at::zeros_like(z);
  for (int64_t place = 0; place < dims_; ++place) {
    const at::Tensor coordinate = step.network->order().narrow(0, place, 1);
    const auto at_coordinate = [&](const at::Tensor& x) { return x.index_select(-1, coordinate); };
    const Affine change = affine(step, before, context);
    const at::Tensor value = (at_coordinate(z) - at_coordinate(change.shift)) / at_coordinate(change.scale);
    before = before.index_copy(-1, coordinate, value);
  }
  return before;
}

at::Tensor InverseAutoregressiveFlow::inverse(const at::Tensor& z, const at::Tensor& context) {
  check("z", z, context);
  at::Tensor before = z;
  for (size_t t = steps_.size(); t-- > 0;) {
    before = invert_step(*steps_[t], before, context);
    if (steps_[t]->permutation.defined()) before = before.index_select(-1, at::argsort(steps_[t]->permutation));
    if (t > 0 && order_ == Order::reverse) before = before.flip(-1);
  }
  return before;
}

}  // namespace scprior
