// SPDX-License-Identifier: Apache-2.0
#include "train/adam.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "scprior/kernels/flush_denormals.hpp"
#include "scprior/parallel.hpp"
#include "train/adam_kernel.hpp"
#include "train/large_pages.hpp"

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

bool kernel_knows(const at::Tensor& weight) {
  return weight.is_cpu() && weight.scalar_type() == at::kFloat && weight.is_contiguous();
}

void fused_update(const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& mean,
                  const at::Tensor& variance, const AdamStep& step) {
  const at::Tensor packed = gradient.contiguous();
  float *w = weight.data_ptr<float>(), *m = mean.data_ptr<float>(), *v = variance.data_ptr<float>();
  const float* g = packed.data_ptr<float>();
  parallel_for(0, weight.numel(), 1 << 15, [&](int64_t first, int64_t last) {
    const kernels::FlushDenormals flush;
    adam_update(w + first, g + first, m + first, v + first, last - first, step);
  });
}

/// Each block of rows is updated while its gradient is in the cache. gradient: what came as a tensor, or undefined.
void update_by_rows(const at::Tensor& weight, const at::Tensor& gradient, const RowGradients::List& rows,
                    const at::Tensor& mean, const at::Tensor& variance, const AdamStep& step) {
  const int64_t n_rows = weight.size(0), width = weight.size(1), block = RowGradient::block_rows;
  const at::Tensor packed = gradient.defined() ? gradient.contiguous() : gradient;
  float *w = weight.data_ptr<float>(), *m = mean.data_ptr<float>(), *v = variance.data_ptr<float>();
  const float* g = packed.defined() ? packed.data_ptr<float>() : nullptr;
  parallel_for(0, (n_rows + block - 1) / block, 1, [&](int64_t first_block, int64_t last_block) {
    const kernels::FlushDenormals flush;
    std::vector<float> sum(block * width);
    for (int64_t first = first_block * block; first < std::min(last_block * block, n_rows); first += block) {
      const int64_t last = std::min(first + block, n_rows), at = first * width, n = (last - first) * width;
      if (g) std::copy_n(g + at, n, sum.begin());
      else std::fill_n(sum.begin(), n, 0.0f);
      for (const auto& part : rows) part->add(first, last, sum.data());
      adam_update(w + at, sum.data(), m + at, v + at, n, step);
    }
  });
}

/// For weights that the kernel does not know.
WeightSums plain_sums(const at::Tensor& weight) {
  const double length = at::linalg_vector_norm(weight, 2).item<double>();
  return {at::linalg_vector_norm(weight, 1).item<double>(), length * length};
}

WeightSums fused_sums(const at::Tensor& weight) {
  constexpr int64_t block = 1 << 15;
  const int64_t n = weight.numel();
  const float* const w = weight.data_ptr<float>();
  std::vector<WeightSums> of_block((n + block - 1) / block);
  parallel_blocks(n, block, [&](int64_t first, int64_t last) {
    of_block[first / block] = sum_weights(w + first, last - first);
  });
  WeightSums total;
  for (const WeightSums& part : of_block) {
    total.absolute += part.absolute;
    total.squared += part.squared;
  }
  return total;
}

}  // namespace

Adam::Adam(const std::vector<Module::Entry>& entries, const AdamOptions& options) : options_(options) {
  for (const Module::Entry& entry : entries) {
    if (!entry.traits.trainable) continue;
    const at::Tensor weight = *entry.tensor;
    const Slot& slot =
        slots_.emplace_back(weight, at::zeros_like(weight), at::zeros_like(weight), entry.traits.penalised);
    for (const at::Tensor& tensor : {slot.weight, slot.mean, slot.variance}) prefer_large_pages(tensor);
    if (weight.dim() == 2 && kernel_knows(weight)) row_gradients_.accept(weight);
  }
}

AdamStep Adam::step_of(const Slot& slot, double learning_rate) const {
  return {.beta1 = options_.beta1,
          .beta2 = options_.beta2,
          .rate = learning_rate / (1 - std::pow(options_.beta1, steps_)),
          .root_scale = 1 / std::sqrt(1 - std::pow(options_.beta2, steps_)),
          .epsilon = options_.epsilon,
          .l1 = slot.penalised ? options_.l1 : 0,
          .l2 = slot.penalised ? options_.l2 : 0};
}

void Adam::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  ++steps_;
  for (Slot& slot : slots_) {
    at::Tensor& gradient = slot.weight.mutable_grad();
    const RowGradients::List& rows = row_gradients_.of(slot.weight);
    const AdamStep step = step_of(slot, learning_rate);
    if (!rows.empty())
      update_by_rows(slot.weight, gradient, rows, slot.mean, slot.variance, step);
    else if (gradient.defined() && kernel_knows(slot.weight))
      fused_update(slot.weight, gradient, slot.mean, slot.variance, step);
    else if (gradient.defined())
      plain_update(slot.weight, gradient, slot.mean, slot.variance, step);
    gradient.reset();
  }
  row_gradients_.clear();
}

double Adam::penalty() const {
  const at::NoGradGuard no_grad;
  double total = 0;
  for (const Slot& slot : slots_) {
    if (!slot.penalised || (options_.l1 == 0 && options_.l2 == 0)) continue;
    const WeightSums sums = kernel_knows(slot.weight) ? fused_sums(slot.weight) : plain_sums(slot.weight);
    total += options_.l1 * sums.absolute + options_.l2 * sums.squared;
  }
  return total;
}

}  // namespace scprior::core
