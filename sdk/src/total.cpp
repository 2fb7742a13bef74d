// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <numeric>

#include "scprior/fixed_order.hpp"

namespace scprior {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

at::Tensor sum_in_order(const at::Tensor& x) {
  const at::Tensor values = x.detach().to(at::kDouble).contiguous();
  const double* const first = values.const_data_ptr<double>();
  return at::full({}, std::accumulate(first, first + values.numel(), 0.0), x.options().requires_grad(false));
}

struct Total : Function<Total> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x) {
    context->saved_data["shape"] = x.sizes();
    return sum_in_order(x);
  }
  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    return {grads[0].expand(context->saved_data["shape"].toIntVector())};
  }
};

}  // namespace

at::Tensor total(const at::Tensor& x) {
  if (!x.is_cpu()) return x.sum();
  return at::GradMode::is_enabled() && x.requires_grad() ? Total::apply(x) : sum_in_order(x);
}

}  // namespace scprior
