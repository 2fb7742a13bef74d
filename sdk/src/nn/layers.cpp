// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include "initial_weights.hpp"
#include "scprior/kernels/dropout.hpp"
#include "scprior/nn.hpp"

namespace scprior::nn {

Linear::Linear(int64_t in, int64_t out, bool penalised, at::Generator init) {
  add_tensor("weight", weight, glorot_uniform(in, out, {out, in}, init), {.penalised = penalised});
  add_tensor("bias", bias, at::zeros({out}));
}

at::Tensor Linear::forward(const at::Tensor& x) const { return nn::linear(x, weight, bias); }

at::Tensor dropout(const at::Tensor& x, double p, const at::Generator& noise) {
  if (p == 0) return x;
  at::Tensor mask = at::empty_like(x, x.options().requires_grad(false), at::MemoryFormat::Contiguous);
  if (!x.is_cpu()) return x * mask.bernoulli_(1 - p, noise).mul_(1 / (1 - p));
  // A draw of LibTorch's generator for every element takes longer than all else here.
  const int64_t seed = at::empty({1}, at::kLong).random_(noise).item<int64_t>();
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "dropout", [&] {
    kernels::dropout_mask(static_cast<uint64_t>(seed), p, mask.numel(), mask.data_ptr<scalar_t>());
  });
  return x * mask;
}

BlockTail::BlockTail(int64_t width, BlockOptions options) : options_(std::move(options)) {
  if (!options_.batch_norm) return;
  norm_ = std::make_unique<BatchNorm>(width, options_.batch_norm_scale, options_.batch_norm_momentum);
  add_child("norm", *norm_);
}

at::Tensor BlockTail::forward(const at::Tensor& x) const {
  at::Tensor y = activate(options_.activation, x);
  if (norm_) y = norm_->forward(y);
  return training() ? dropout(y, options_.dropout, noise()) : y;
}

}  // namespace scprior::nn
