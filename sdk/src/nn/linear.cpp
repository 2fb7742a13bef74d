// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "scprior/nn.hpp"
#include "scprior/parallel.hpp"
#include "sequential_blas.hpp"

namespace scprior::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

/// a b + bias, by tiles of the result that are the same for any number of threads: BLAS shares long sums among its
/// threads, so that they would depend on how many there are. bias [columns] or undefined.
at::Tensor tiled_product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias = {}) {
  constexpr int64_t tile = 128;
  const int64_t rows = a.size(0), columns = b.size(1), across = (columns + tile - 1) / tile;
  const at::Tensor left = a.detach(), right = b.detach(), start = bias.defined() ? bias.detach() : bias;
  const at::Tensor out = at::empty({rows, columns}, a.options().requires_grad(false));
  parallel_for(0, (rows + tile - 1) / tile * across, 1, [&](int64_t first, int64_t last) {
    const SequentialBlas sequential;
    for (int64_t i = first; i < last; ++i) {
      const int64_t row = i / across * tile, column = i % across * tile;
      const at::Tensor l = left.slice(0, row, row + tile), r = right.slice(1, column, column + tile);
      at::Tensor part = out.slice(0, row, row + tile).slice(1, column, column + tile);
      if (start.defined()) at::addmm_out(part, start.slice(0, column, column + tile), l, r);
      else at::mm_out(part, l, r);
    }
  });
  return out;
}

/// a b in host memory, with gradients of any order.
struct Product : Function<Product> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& a, const at::Tensor& b) {
    context->save_for_backward({a, b});
    return tiled_product(a, b);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    at::Tensor grad_a, grad_b;
    if (context->needs_input_grad(0)) grad_a = product(grads[0], saved[1].t());
    if (context->needs_input_grad(1)) grad_b = product(saved[0].t(), grads[0]);
    return {grad_a, grad_b};
  }
};

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

}  // namespace

at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
  if (!a.is_cpu()) return at::mm(a, b);
  return at::GradMode::is_enabled() ? Product::apply(a, b) : tiled_product(a, b);
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (!x.is_cpu()) return at::linear(x, weight, bias);
  if (x.dim() != 2) {
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = weight.size(0);
    return nn::linear(x.reshape({-1, x.size(-1)}), weight, bias).view(shape);
  }
  if (!bias.defined()) return product(x, weight.t());
  return at::GradMode::is_enabled() ? Affine::apply(x, weight, bias) : tiled_product(x, weight.t(), bias);
}

}  // namespace scprior::nn
