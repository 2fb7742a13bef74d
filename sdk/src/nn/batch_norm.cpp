// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <tuple>

#include "scprior/error.hpp"
#include "scprior/kernels/batch_norm.hpp"
#include "scprior/nn.hpp"

namespace scprior::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr double keras_epsilon = 1e-3;

/// Mean and variance of a batch, [H] each.
struct Moments {
  at::Tensor mean, variance;
};

template <class T>
const T* data_or_null(const at::Tensor& values) {
  return values.defined() ? values.data_ptr<T>() : nullptr;
}

/// (x - mean) / sd · gamma + beta, and the moments, in host memory. LibTorch's sums over the rows depend on how many
/// threads there are, and would be made a second time for the running statistics.
struct Normalise : Function<Normalise> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const std::optional<at::Tensor>& scale,
                            const at::Tensor& beta, Moments* moments) {
    const at::Tensor gamma = scale.value_or(at::Tensor());
    const at::Tensor packed = x.contiguous(), out = at::empty_like(packed);
    const int64_t rows = x.size(0), width = x.size(1);
    moments->mean = at::empty({width}, at::kDouble);
    moments->variance = at::empty({width}, at::kDouble);
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "batch_norm", [&] {
      kernels::batch_norm<scalar_t>(packed.data_ptr<scalar_t>(), rows, width, data_or_null<scalar_t>(gamma),
                                    beta.data_ptr<scalar_t>(), keras_epsilon, out.data_ptr<scalar_t>(),
                                    moments->mean.data_ptr<double>(), moments->variance.data_ptr<double>());
    });
    context->save_for_backward({packed, gamma, moments->mean, moments->variance});
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    if (at::GradMode::is_enabled())
      fail(Status::unsupported, "BatchNorm in training offers no second derivatives (create_graph = true)");
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &gamma = saved[1], &mean = saved[2], &variance = saved[3];
    const at::Tensor grad = grads[0].contiguous(), grad_x = at::empty_like(x),
                     grad_beta = at::empty({x.size(1)}, x.options());
    const at::Tensor grad_gamma = gamma.defined() ? at::empty_like(gamma) : at::Tensor();
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "batch_norm_backward", [&] {
      kernels::batch_norm_gradient<scalar_t>(
          x.data_ptr<scalar_t>(), grad.data_ptr<scalar_t>(), x.size(0), x.size(1), data_or_null<scalar_t>(gamma),
          mean.data_ptr<double>(), variance.data_ptr<double>(), keras_epsilon, grad_x.data_ptr<scalar_t>(),
          gamma.defined() ? grad_gamma.data_ptr<scalar_t>() : nullptr, grad_beta.data_ptr<scalar_t>());
    });
    return {grad_x, grad_gamma, grad_beta, at::Tensor()};
  }
};

}  // namespace

BatchNorm::BatchNorm(int64_t width, bool scale, double momentum) : momentum_(momentum) {
  if (scale) add_tensor("gamma", gamma, at::ones({width}));
  add_tensor("beta", beta, at::zeros({width}));
  add_tensor("running_mean", running_mean, at::zeros({width}), {.trainable = false});
  add_tensor("running_var", running_var, at::ones({width}), {.trainable = false});
}

void BatchNorm::follow(const at::Tensor& mean, const at::Tensor& variance) const {
  const at::NoGradGuard no_grad;
  at::Tensor(running_mean).lerp_(mean.to(running_mean.scalar_type()), 1 - momentum_);
  at::Tensor(running_var).lerp_(variance.to(running_var.scalar_type()), 1 - momentum_);
}

at::Tensor BatchNorm::normalise_by_batch(const at::Tensor& x) const {
  Moments moments;
  at::Tensor y;
  if (x.is_cpu()) {
    y = Normalise::apply(x, gamma.defined() ? std::optional(gamma) : std::nullopt, beta, &moments);
  } else {
    y = at::batch_norm(x, gamma, beta, {}, {}, true, 0, keras_epsilon, false);
    std::tie(moments.variance, moments.mean) = at::var_mean(x.detach(), at::IntArrayRef{0}, /*unbiased=*/false);
  }
  follow(moments.mean, moments.variance);
  return y;
}

at::Tensor BatchNorm::forward(const at::Tensor& x) const {
  if (training() && x.size(0) > 1) return normalise_by_batch(x);
  // The statistics are copied: a later training batch of the same step changes them before the gradient is taken.
  at::Tensor scale = (running_var + keras_epsilon).rsqrt();
  if (gamma.defined()) scale = scale * gamma;
  return at::addcmul(beta - running_mean.clone() * scale, x, scale);
}

}  // namespace scprior::nn
