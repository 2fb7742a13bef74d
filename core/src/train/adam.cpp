// SPDX-License-Identifier: Apache-2.0
#include "train/adam.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "scprior/parallel.hpp"
#include "train/adam_kernel.hpp"

namespace scprior::core {
namespace {

/// The same update with ATen's operations, for devices that the kernel does not know.
void plain_update(at::Tensor weight, at::Tensor gradient, at::Tensor mean, at::Tensor variance, const AdamStep& step) {
  if (step.l1 != 0) gradient = gradient.add(weight.sign(), step.l1);
  if (step.l2 != 0) gradient = gradient.add(weight, 2 * step.l2);
  mean.lerp_(gradient, 1 - step.beta1);
  variance.mul_(step.beta2).addcmul_(gradient, gradient, 1 - step.beta2);
  weight.addcdiv_(mean, variance.sqrt().mul_(step.root_scale).add_(step.epsilon), -step.rate);
}

}  // namespace

Adam::Adam(const std::vector<Module::Entry>& entries, const AdamOptions& options) : options_(options) {
  for (const Module::Entry& entry : entries) {
    if (!entry.traits.trainable) continue;
    const at::Tensor weight = *entry.tensor;
    slots_.push_back({weight, at::zeros_like(weight), at::zeros_like(weight), entry.traits.penalised});
  }
}

void Adam::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  ++steps_;
  const double correction1 = 1 - std::pow(options_.beta1, steps_), correction2 = 1 - std::pow(options_.beta2, steps_);
  for (Slot& slot : slots_) {
    at::Tensor& gradient = slot.weight.mutable_grad();
    if (!gradient.defined()) continue;
    AdamStep step;
    step.beta1 = options_.beta1;
    step.beta2 = options_.beta2;
    step.rate = learning_rate / correction1;
    step.root_scale = 1 / std::sqrt(correction2);
    step.epsilon = options_.epsilon;
    step.l1 = slot.penalised ? options_.l1 : 0;
    step.l2 = slot.penalised ? options_.l2 : 0;
    if (slot.weight.is_cpu() && slot.weight.scalar_type() == at::kFloat && slot.weight.is_contiguous()) {
      const at::Tensor packed = gradient.contiguous();
      float *weight = slot.weight.data_ptr<float>(), *mean = slot.mean.data_ptr<float>();
      float* variance = slot.variance.data_ptr<float>();
      const float* grad = packed.data_ptr<float>();
      parallel_for(0, slot.weight.numel(), 1 << 15, [&](int64_t first, int64_t last) {
        adam_update(weight + first, grad + first, mean + first, variance + first, last - first, step);
      });
    } else {
      plain_update(slot.weight, gradient, slot.mean, slot.variance, step);
    }
    gradient.reset();
  }
}

double Adam::penalty() const {
  const at::NoGradGuard no_grad;
  double total = 0;
  for (const Slot& slot : slots_) {
    if (!slot.penalised || (options_.l1 == 0 && options_.l2 == 0)) continue;
    const double length = at::linalg_vector_norm(slot.weight, 2).item<double>();
    total += options_.l1 * at::linalg_vector_norm(slot.weight, 1).item<double>() + options_.l2 * length * length;
  }
  return total;
}

}  // namespace scprior::core
