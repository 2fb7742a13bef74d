// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include "initial_weights.hpp"
#include "scprior/error.hpp"
#include "scprior/kernels/dropout.hpp"
#include "scprior/nn.hpp"
#include "scprior/options.hpp"

namespace scprior::nn {
namespace {

constexpr double keras_epsilon = 1e-3;

}  // namespace

Linear::Linear(int64_t in, int64_t out, bool penalised, at::Generator init) {
  add_tensor("weight", weight, glorot_uniform(in, out, {out, in}, init), {.penalised = penalised});
  add_tensor("bias", bias, at::zeros({out}));
}

at::Tensor Linear::forward(const at::Tensor& x) const { return at::linear(x, weight, bias); }

BatchNorm::BatchNorm(int64_t width, bool scale, double momentum) : momentum_(momentum) {
  if (scale) add_tensor("gamma", gamma, at::ones({width}));
  add_tensor("beta", beta, at::zeros({width}));
  add_tensor("running_mean", running_mean, at::zeros({width}), {.trainable = false});
  add_tensor("running_var", running_var, at::ones({width}), {.trainable = false});
}

void BatchNorm::follow(const at::Tensor& x) const {
  const at::NoGradGuard no_grad;
  const auto [variance, mean] = at::var_mean(x, at::IntArrayRef{0}, /*unbiased=*/false);
  at::Tensor(running_mean).lerp_(mean, 1 - momentum_);
  at::Tensor(running_var).lerp_(variance, 1 - momentum_);
}

at::Tensor BatchNorm::forward(const at::Tensor& x) const {
  if (training() && x.size(0) > 1) {
    follow(x);
    return at::batch_norm(x, gamma, beta, {}, {}, true, 0, keras_epsilon, false);
  }
  // The statistics are copied: a later training batch of the same step changes them before the gradient is taken.
  at::Tensor scale = (running_var + keras_epsilon).rsqrt();
  if (gamma.defined()) scale = scale * gamma;
  return at::addcmul(beta - running_mean.clone() * scale, x, scale);
}

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

const std::vector<std::string>& activation_names() {
  static const std::vector<std::string> names = {"tanh", "relu", "elu", "selu", "gelu", "silu", "softplus", "linear"};
  return names;
}

at::Tensor activate(const std::string& name, const at::Tensor& x) {
  if (name == "tanh") return at::tanh(x);
  if (name == "relu") return at::relu(x);
  if (name == "elu") return at::elu(x);
  if (name == "selu") return at::selu(x);
  if (name == "gelu") return at::gelu(x);
  if (name == "silu") return at::silu(x);
  if (name == "softplus") return at::softplus(x);
  if (name == "linear") return x;
  fail(Status::config, "activation \"", name, "\" is unknown; nearest is \"", nearest_name(name, activation_names()),
       "\"");
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
