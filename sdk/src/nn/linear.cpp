// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <vector>

#include "product.hpp"
#include "scprior/fixed_order.hpp"
#include "scprior/nn.hpp"
#include "scprior/shapes.hpp"

namespace scprior::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

/// x Wᵀ + b for rows x in host memory.
struct Affine : Function<Affine> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias) {
    context->save_for_backward({x, weight});
    return tiled_product(x, weight.t(), bias);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    at::Tensor grad_x, grad_weight, grad_bias;
    if (context->needs_input_grad(0)) grad_x = product(grads[0], saved[1]);
    if (context->needs_input_grad(1)) grad_weight = product(grads[0].t(), saved[0]);
    if (context->needs_input_grad(2)) grad_bias = grads[0].sum(0);
    return {grad_x, grad_weight, grad_bias};
  }
};

at::Tensor of_rows(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (!bias.defined()) return product(x, weight.t());
  return at::GradMode::is_enabled() ? Affine::apply(x, weight, bias) : tiled_product(x, weight.t(), bias);
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  check_shape("the weight", weight, {any_length, x.size(-1)});
  if (bias.defined()) check_shape("the bias", bias, {weight.size(0)});
  if (!x.is_cpu()) return at::linear(x, weight, bias);
  if (x.dim() == 2) return of_rows(x, weight, bias);
  std::vector<int64_t> shape = x.sizes().vec();
  const int64_t width = shape.back(), rows = c10::multiply_integers(shape.begin(), shape.end() - 1);
  shape.back() = weight.size(0);
  return of_rows(x.reshape({rows, width}), weight, bias).view(shape);
}

}  // namespace scprior::nn
