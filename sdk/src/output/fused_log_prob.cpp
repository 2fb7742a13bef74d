// SPDX-License-Identifier: Apache-2.0
#include "fused_log_prob.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "evaluate.hpp"
#include "scprior/error.hpp"
#include "scprior/fixed_order.hpp"

namespace scprior::output {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

/// Counts as sparse rows with values of the wanted type.
Csr sparse_counts(const CountMatrix& counts, at::ScalarType type) {
  if (counts.is_sparse()) {
    const Csr& csr = counts.csr();
    const at::Tensor values = csr.values.detach().to(type).contiguous();
    return {csr.row_ptr.contiguous(), csr.columns.contiguous(), values, csr.n_columns};
  }
  const at::Tensor dense = counts.dense().detach(), filled = dense != 0;
  const at::Tensor row_ptr = at::cat({at::zeros({1}, at::kLong), filled.sum(1).cumsum(0)});
  const at::Tensor columns = filled.nonzero().select(1, 1).to(at::kInt).contiguous();
  return {row_ptr, columns, dense.masked_select(filled).to(type), dense.size(1)};
}

bool all_equal(const at::Tensor& weights) { return weights.numel() == 0 || weights.eq(weights[0]).all().item<bool>(); }

/// Functions of the autograd graph take no undefined tensors: an empty one stands for them.
at::Tensor or_empty(const at::Tensor& tensor, const at::Tensor& like) {
  return tensor.defined() ? tensor : at::empty({0}, like.options());
}
at::Tensor or_undefined(const at::Tensor& tensor) { return tensor.numel() > 0 ? tensor : at::Tensor(); }

/// What the forward pass leaves to the backward pass beside tensors of the graph.
struct Kept : torch::CustomClassHolder {
  Kept(Task t, Precision p, Evaluated e) : task(std::move(t)), precision(p), evaluated(std::move(e)) {}
  Task task;  // without h and layers, which the graph keeps
  Precision precision;
  Evaluated evaluated;
};

/// h [R, H] -> ln p(x | h) [R].
struct FusedLogProb : Function<FusedLogProb> {
  enum Input { h_, first_layer_, n_inputs_ = 7 };  // a layer: weight, bias

  static at::Tensor forward(AutogradContext* context, const at::Tensor& h, const at::Tensor& weight_0,
                            const at::Tensor& bias_0, const at::Tensor& weight_1, const at::Tensor& bias_1,
                            const at::Tensor& weight_2, const at::Tensor& bias_2, Task task) {
    const variable_list inputs = {h, weight_0, bias_0, weight_1, bias_1, weight_2, bias_2};
    context->save_for_backward(inputs);
    const Precision precision = TrainingScope::precision();
    Evaluated evaluated = evaluate(with_tensors(task, inputs), at::Tensor(), precision);
    const at::Tensor value = evaluated.log_prob.to(h.scalar_type());
    context->saved_data["kept"] = c10::IValue::make_capsule(
        c10::make_intrusive<Kept>(std::move(task), precision, std::move(evaluated)));
    return value;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    Kept& kept = static_cast<Kept&>(*context->saved_data["kept"].toCapsule());
    if (at::GradMode::is_enabled())
      fail(Status::unsupported, "likelihood ", kept.task.name,
           ": second derivatives of log_prob are not offered (create_graph = true)");
    const Task task = with_tensors(kept.task, context->get_saved_variables());
    const at::Tensor weight = grads[0].contiguous();  // [R] upstream gradient of each row
    const std::array<at::Tensor, 3> of_biases = bias_gradients(kept, task, weight);
    variable_list out(n_inputs_ + 1);
    if (context->needs_input_grad(h_)) out[h_] = kept.evaluated.h_gradient * weight.unsqueeze(1);
    for (size_t i = 0; i < 3; ++i) {
      const size_t weight_i = first_layer_ + 2 * i, bias_i = weight_i + 1;
      const Layer& layer = task.layers[i];
      if (layer.is_linear() && context->needs_input_grad(weight_i)) {
        const std::shared_ptr<Products>& products = kept.evaluated.products[i];
        if (RowGradients* const taker = TrainingScope::takes_rows_of(layer.weight))
          taker->give(layer.weight, weight_rows(products, weight, task.h.size(1)));
        else
          out[weight_i] = weight_gradient(*products, weight, layer.weight);
      }
      if (layer.exists() && context->needs_input_grad(bias_i))
        out[bias_i] = layer.bias.size(0) == of_biases[i].size(0) ? of_biases[i] : total(of_biases[i]).view({1});
    }
    return out;
  }

  static Task with_tensors(Task task, const variable_list& inputs) {
    task.h = inputs[h_].detach().contiguous();
    for (size_t i = 0; i < 3; ++i)
      task.layers[i] = {or_undefined(inputs[first_layer_ + 2 * i]), or_undefined(inputs[first_layer_ + 2 * i + 1])};
    return task;
  }

  /// The forward pass summed the rows with equal weights, as a mean over cells has. Others need a second pass: of a
  /// parameter per gene no gradient by row is left.
  static std::array<at::Tensor, 3> bias_gradients(const Kept& kept, const Task& task, const at::Tensor& weight) {
    if (!all_equal(weight)) return evaluate(task, weight, kept.precision).bias_gradients;
    std::array<at::Tensor, 3> out;
    for (size_t i = 0; i < 3; ++i) {
      const at::Tensor& sums = kept.evaluated.bias_gradients[i];
      if (sums.defined()) out[i] = weight.numel() > 0 ? sums * weight[0] : at::zeros_like(sums);
    }
    return out;
  }
};

/// Without gradients: blocks of rows, so that memory does not grow with S · B.
at::Tensor values_only(Task task, const at::Tensor& rows) {
  constexpr int64_t rows_at_once = 256;
  const at::Tensor out = at::empty({rows.size(0)}, rows.options());
  for (int64_t first = 0; first < rows.size(0); first += rows_at_once) {
    const int64_t last = std::min(rows.size(0), first + rows_at_once);
    task.h = rows.slice(0, first, last);
    task.first_row = first;
    out.slice(0, first, last).copy_(log_prob_of(task));
  }
  return out;
}

bool wants_gradients(const at::Tensor& h, const Layers& layers) {
  if (!at::GradMode::is_enabled()) return false;
  const auto wants = [](const at::Tensor& tensor) { return tensor.defined() && tensor.requires_grad(); };
  return wants(h) || std::any_of(layers.begin(), layers.end(),
                                 [&](const Layer& layer) { return wants(layer.weight) || wants(layer.bias); });
}

}  // namespace

at::Tensor fused_log_prob(const char* name, const kernels::CountKernel& kernel, const CountMatrix& counts,
                          const at::Tensor& h, const at::Tensor& log_size, const Layers& layers) {
  const at::Tensor rows = h.reshape({-1, h.size(2)}).contiguous();  // [R, H], R = S · B
  Task task{name, &kernel, sparse_counts(counts, h.scalar_type()), log_size.contiguous(), {}, {}};
  if (!wants_gradients(rows, layers)) {
    task.layers = layers;
    return values_only(std::move(task), rows.detach()).view({h.size(0), h.size(1)});
  }
  const auto& [mean, dispersion, inflation] = layers;
  const at::Tensor value =
      FusedLogProb::apply(rows, mean.weight, mean.bias, or_empty(dispersion.weight, h), or_empty(dispersion.bias, h),
                          or_empty(inflation.weight, h), or_empty(inflation.bias, h), std::move(task));
  return value.view({h.size(0), h.size(1)});
}

}  // namespace scprior::output
