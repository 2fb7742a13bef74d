// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <numbers>

#include "scprior/distributions.hpp"
#include "scprior/error.hpp"
#include "scprior/kernels/normal_mixture.hpp"
#include "scprior/shapes.hpp"

namespace scprior {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

/// [K] log weight and normalising constant of each component.
at::Tensor component_offset(const at::Tensor& log_var, const at::Tensor& log_weights) {
  const double log_two_pi = std::log(2 * std::numbers::pi);
  return log_weights - (log_var.sum(1) + static_cast<double>(log_var.size(1)) * log_two_pi) * 0.5;
}

/// z, mean and inverse_sd are contiguous; offset may be undefined where it is not used.
template <class T>
kernels::NormalMixtureView<T> view(const at::Tensor& z, const at::Tensor& mean, const at::Tensor& inverse_sd,
                                   const at::Tensor& offset) {
  return {z.data_ptr<T>(),
          mean.data_ptr<T>(),
          inverse_sd.data_ptr<T>(),
          offset.defined() ? offset.data_ptr<T>() : nullptr,
          z.size(0),
          mean.size(0),
          z.size(1)};
}

/// Fills `responsibility` [M, K] if it is defined.
at::Tensor run_forward(const at::Tensor& z, const at::Tensor& mean, const at::Tensor& inverse_sd,
                       const at::Tensor& offset, const at::Tensor& responsibility) {
  at::Tensor log_prob = at::empty({z.size(0)}, z.options().requires_grad(false));
  AT_DISPATCH_FLOATING_TYPES(z.scalar_type(), "normal_mixture", [&] {
    kernels::normal_mixture_forward<scalar_t>(view<scalar_t>(z, mean, inverse_sd, offset),
                                              log_prob.data_ptr<scalar_t>(),
                                              responsibility.defined() ? responsibility.data_ptr<scalar_t>() : nullptr);
  });
  return log_prob;
}

at::Tensor inverse_sd_of(const at::Tensor& log_var) { return at::exp(log_var * -0.5).contiguous(); }

struct NormalMixture : Function<NormalMixture> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& z, const at::Tensor& mean,
                            const at::Tensor& log_var, const at::Tensor& log_weights) {
    const at::Tensor packed_z = z.contiguous(), packed_mean = mean.contiguous(), inverse_sd = inverse_sd_of(log_var);
    const at::Tensor offset = component_offset(log_var, log_weights).contiguous();
    const at::Tensor responsibility = at::empty({z.size(0), mean.size(0)}, inverse_sd.options());
    const at::Tensor log_prob = run_forward(packed_z, packed_mean, inverse_sd, offset, responsibility);
    context->save_for_backward({packed_z, packed_mean, inverse_sd, responsibility});
    return log_prob;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    if (at::GradMode::is_enabled())
      fail(Status::unsupported,
           "normal_mixture_log_prob has first derivatives only, but a graph of its backward pass is asked for "
           "(create_graph); use normal_mixture_log_prob_plain where second derivatives are needed");
    const auto saved = context->get_saved_variables();
    const at::Tensor grad = grads[0].contiguous();
    at::Tensor for_z, for_mean, for_log_var, for_log_weights;
    AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "normal_mixture_backward", [&] {
      const auto mixture = view<scalar_t>(saved[0], saved[1], saved[2], at::Tensor());
      const scalar_t* responsibility = saved[3].data_ptr<scalar_t>();
      if (context->needs_input_grad(0)) {
        for_z = at::empty_like(saved[0]);
        kernels::normal_mixture_grad_z<scalar_t>(mixture, responsibility, grad.data_ptr<scalar_t>(),
                                                 for_z.data_ptr<scalar_t>());
      }
      if (context->needs_input_grad(1) || context->needs_input_grad(2) || context->needs_input_grad(3)) {
        for_mean = at::empty_like(saved[1]);
        for_log_var = at::empty_like(saved[1]);
        for_log_weights = at::empty({saved[1].size(0)}, saved[1].options());
        kernels::normal_mixture_grad_components<scalar_t>(
            mixture, responsibility, grad.data_ptr<scalar_t>(), for_mean.data_ptr<scalar_t>(),
            for_log_var.data_ptr<scalar_t>(), for_log_weights.data_ptr<scalar_t>());
      }
    });
    return {for_z, for_mean, for_log_var, for_log_weights};
  }
};

void check_arguments(const at::Tensor& z, const at::Tensor& mean, const at::Tensor& log_var,
                     const at::Tensor& log_weights) {
  check_shape("mean", mean, {any_length, any_length});
  const int64_t n_components = mean.size(0), dims = mean.size(1);
  if (n_components == 0)
    fail(Status::argument, "a mixture needs at least one component, mean has shape [0, ", dims, "]");
  check_shape("z", z, {any_length, dims});
  check_shape("log_var", log_var, {n_components, dims});
  check_shape("log_weights", log_weights, {n_components});
  for (const at::Tensor* other : {&mean, &log_var, &log_weights})
    if (other->scalar_type() != z.scalar_type() || other->device() != z.device())
      fail(Status::argument, "the tensors of a mixture differ in type or device: z is ", z.scalar_type(), " on ",
           z.device(), ", another is ", other->scalar_type(), " on ", other->device());
}

}  // namespace

at::Tensor normal_mixture_log_prob_plain(const at::Tensor& z, const at::Tensor& mean, const at::Tensor& log_var,
                                         const at::Tensor& log_weights) {
  check_arguments(z, mean, log_var, log_weights);
  const at::Tensor standardised = (z.unsqueeze(1) - mean) * at::exp(log_var * -0.5);                     // [M, K, D]
  const at::Tensor joint = component_offset(log_var, log_weights) - standardised.square().sum(2) * 0.5;  // [M, K]
  return at::logsumexp(joint, 1);
}

at::Tensor normal_mixture_log_prob(const at::Tensor& z, const at::Tensor& mean, const at::Tensor& log_var,
                                   const at::Tensor& log_weights) {
  check_arguments(z, mean, log_var, log_weights);
  const bool has_kernel = z.is_cpu() && (z.scalar_type() == at::kFloat || z.scalar_type() == at::kDouble);
  if (!has_kernel) return normal_mixture_log_prob_plain(z, mean, log_var, log_weights);
  const bool differentiated = at::GradMode::is_enabled() && (z.requires_grad() || mean.requires_grad() ||
                                                             log_var.requires_grad() || log_weights.requires_grad());
  if (differentiated) return NormalMixture::apply(z, mean, log_var, log_weights);
  return run_forward(z.contiguous(), mean.contiguous(), inverse_sd_of(log_var),
                     component_offset(log_var, log_weights).contiguous(), at::Tensor());
}

at::Tensor normal_mixture_sample(int64_t n, const at::Tensor& mean, const at::Tensor& log_var,
                                 const at::Tensor& log_weights, const at::Generator& generator) {
  if (n < 0) fail(Status::argument, "a number of samples must be 0 or more, got ", n);
  const at::NoGradGuard no_grad;
  const at::TensorOptions options = mean.options().requires_grad(false);
  if (n == 0) return at::empty({0, mean.size(1)}, options);
  const at::Tensor k = at::multinomial(at::exp(log_weights), n, true, generator);  // [n]
  const at::Tensor noise = at::randn({n, mean.size(1)}, generator, options);
  return mean.index_select(0, k) + at::exp(log_var.index_select(0, k) * 0.5) * noise;
}

}  // namespace scprior
