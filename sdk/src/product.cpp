// SPDX-License-Identifier: Apache-2.0
#include "product.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "scprior/fixed_order.hpp"
#include "scprior/parallel.hpp"
#include "scprior/shapes.hpp"

namespace scprior {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

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

}  // namespace

at::Tensor tiled_product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias) {
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

at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
  check_shape("the left factor", a, {any_length, any_length});
  check_shape("the right factor", b, {a.size(1), any_length});
  if (!a.is_cpu()) return at::mm(a, b);
  return at::GradMode::is_enabled() ? Product::apply(a, b) : tiled_product(a, b);
}

}  // namespace scprior
