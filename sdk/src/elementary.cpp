// SPDX-License-Identifier: Apache-2.0
#include "scprior/elementary.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace scprior {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

/// All by one exponential, with functions of LibTorch that do not depend on an element's place. Without a graph of
/// these: its gradients would be inf / inf, or lose digits, far out.
struct Gate : Function<Gate> {
  static variable_list forward(AutogradContext* context, const at::Tensor& s) {
    const double before_overflow = s.scalar_type() == at::kDouble ? 700 : 80;
    constexpr double linear_below = -40;  // ln(1 + exp(-40)) is below the precision of float64
    const at::Tensor e = at::exp(at::clamp_max(-s, before_overflow));
    const at::Tensor value = at::reciprocal(e + 1), complement = e * value;
    const at::Tensor log_value = at::where(s < linear_below, s, -at::log1p(e));
    context->save_for_backward({value, complement});
    return {value, complement, log_value};
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &value = saved[0], &complement = saved[1];
    return {((grads[0] - grads[1]) * value + grads[2]) * complement};
  }
};

}  // namespace

SigmoidGate sigmoid_gate(const at::Tensor& s) {
  const variable_list parts = Gate::apply(s);
  return {parts[0], parts[1], parts[2]};
}

namespace nn {

at::Tensor sigmoid(const at::Tensor& x) { return sigmoid_gate(x).value; }
at::Tensor log_sigmoid(const at::Tensor& x) { return sigmoid_gate(x).log_value; }
at::Tensor softplus(const at::Tensor& x) { return -sigmoid_gate(-x).log_value; }

}  // namespace nn
}  // namespace scprior
