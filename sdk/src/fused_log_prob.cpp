// SPDX-License-Identifier: Apache-2.0
#include "fused_log_prob.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "scprior/error.hpp"

namespace scprior {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

enum class Want { value, gradients };

/// All that a call is about beside the tensors that may want gradients.
struct Task {
  const char* name;
  const kernels::CountKernel* kernel;
  Csr counts;
  at::Tensor log_size;
};

struct Evaluated {
  at::Tensor log_prob;                  // [R] float64
  std::array<at::Tensor, 3> gradients;  // by layer: [R, G], or [G] the weighted sum over rows if it is a free vector
};

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

[[noreturn]] void refuse(const Task& task, int64_t entry) {
  const Csr& counts = task.counts;
  const int64_t* row_ptr = counts.row_ptr.data_ptr<int64_t>();
  const int64_t row = std::upper_bound(row_ptr, row_ptr + counts.row_ptr.size(0), entry) - row_ptr - 1;
  fail(Status::data, "likelihood ", task.name, ": the count of gene ", counts.columns[entry].item<int>(), " in row ",
       row, " of the batch is ", counts.values[entry].item<double>(),
       "; counts must be 0 or more, and finite. Use raw counts, not normalised or scaled values.");
}

/// The logits of one layer, which the kernel replaces by gradients. `genes` receives a free vector, expanded.
template <class T>
kernels::CountParameter<T> parameter_of(const OutputLayer& layer, const at::Tensor& h, int64_t n_genes, Want want,
                                        at::Tensor& gradient, at::Tensor& genes) {
  kernels::CountParameter<T> out;
  if (!layer.bias.defined()) return out;
  if (layer.weight.defined()) {
    gradient = at::addmm(layer.bias, h, layer.weight.t());
    out.cells = gradient.data_ptr<T>();
    return out;
  }
  genes = layer.bias.expand({n_genes}).contiguous();
  out.genes = genes.data_ptr<T>();
  if (want == Want::gradients) {
    gradient = at::empty({n_genes}, h.options());
    out.gene_gradient = gradient.data_ptr<T>();
  }
  return out;
}

/// Rows are the S · B rows of h, from `first_row` on; row_weight [R] or undefined.
Evaluated evaluate(const Task& task, const at::Tensor& h, int64_t first_row, const OutputLayers& layers,
                   const at::Tensor& row_weight, Want want) {
  const Csr& counts = task.counts;
  Evaluated out;
  out.log_prob = at::empty({h.size(0)}, at::kDouble);
  std::array<at::Tensor, 3> genes;
  AT_DISPATCH_FLOATING_TYPES(h.scalar_type(), "fused_log_prob", [&] {
    const auto parameter = [&](int i) {
      return parameter_of<scalar_t>(layers[i], h, counts.n_columns, want, out.gradients[i], genes[i]);
    };
    kernels::CountBlock<scalar_t> block;
    block.counts = {counts.row_ptr.data_ptr<int64_t>(), counts.columns.data_ptr<int32_t>(),
                    counts.values.data_ptr<scalar_t>(), counts.row_ptr.size(0) - 1, counts.n_columns};
    block.log_size = task.log_size.data_ptr<scalar_t>();
    block.n_rows = h.size(0);
    block.first_row = first_row;
    block.mean = parameter(0).cells;
    block.dispersion = parameter(1);
    block.inflation = parameter(2);
    if (row_weight.defined()) block.row_weight = row_weight.data_ptr<scalar_t>();
    block.log_prob = out.log_prob.data_ptr<double>();
    block.gradients = want == Want::gradients;
    if (const int64_t entry = (*task.kernel)(block); entry >= 0) refuse(task, entry);
  });
  return out;
}

bool all_equal(const at::Tensor& weights) { return weights.numel() == 0 || weights.eq(weights[0]).all().item<bool>(); }

/// Functions of the autograd graph take no undefined tensors: an empty one stands for them.
at::Tensor or_empty(const at::Tensor& tensor, const at::Tensor& like) {
  return tensor.defined() ? tensor : at::empty({0}, like.options());
}
at::Tensor or_undefined(const at::Tensor& tensor) { return tensor.numel() > 0 ? tensor : at::Tensor(); }

/// h [R, H] -> ln p(x | h) [R].
struct FusedLogProb : Function<FusedLogProb> {
  enum Input { h_, first_layer_, n_inputs_ = 7 };  // a layer: weight, bias
  enum Saved { first_gradient_ = n_inputs_, log_size_ = n_inputs_ + 3, row_ptr_, columns_, values_ };

  static at::Tensor forward(AutogradContext* context, const at::Tensor& h, const at::Tensor& weight_0,
                            const at::Tensor& bias_0, const at::Tensor& weight_1, const at::Tensor& bias_1,
                            const at::Tensor& weight_2, const at::Tensor& bias_2, const Task& task) {
    variable_list saved = {h, weight_0, bias_0, weight_1, bias_1, weight_2, bias_2};
    const Evaluated result = evaluate(task, h, 0, layers_of(saved), at::Tensor(), Want::gradients);
    for (const at::Tensor& gradient : result.gradients) saved.push_back(or_empty(gradient, h));
    for (const at::Tensor& tensor : {task.log_size, task.counts.row_ptr, task.counts.columns, task.counts.values})
      saved.push_back(tensor);
    context->save_for_backward(saved);
    context->saved_data["name"] = std::string(task.name);
    context->saved_data["kernel"] = reinterpret_cast<int64_t>(task.kernel);
    return result.log_prob.to(h.scalar_type());
  }

  static OutputLayers layers_of(const variable_list& saved) {
    OutputLayers layers;
    for (int i = 0; i < 3; ++i)
      layers[i] = {or_undefined(saved[first_layer_ + 2 * i]), or_undefined(saved[first_layer_ + 2 * i + 1])};
    return layers;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const std::string name = context->saved_data["name"].toStringRef();
    if (at::GradMode::is_enabled())
      fail(Status::unsupported, "likelihood ", name,
           ": second derivatives of log_prob are not offered (create_graph = true)");
    const variable_list saved = context->get_saved_variables();
    const OutputLayers layers = layers_of(saved);
    const at::Tensor weight = grads[0].contiguous();                // [R] upstream gradient of each row
    const at::Tensor weighted_h = saved[h_] * weight.unsqueeze(1);  // (diag(w) D)ᵀ h = Dᵀ (diag(w) h)
    std::array<at::Tensor, 3> of_genes;                             // gradients of free vectors
    variable_list out(n_inputs_ + 1);
    for (int i = 0; i < 3; ++i) {
      const int weight_i = first_layer_ + 2 * i, bias_i = weight_i + 1;
      const at::Tensor& gradient = saved[first_gradient_ + i];
      if (layers[i].weight.defined()) {
        if (context->needs_input_grad(h_)) {
          if (!out[h_].defined()) out[h_] = gradient.mm(layers[i].weight);
          else out[h_].addmm_(gradient, layers[i].weight);
        }
        if (context->needs_input_grad(weight_i)) out[weight_i] = gradient.t().mm(weighted_h);
        if (context->needs_input_grad(bias_i)) out[bias_i] = gradient.t().mv(weight);
      } else if (layers[i].bias.defined() && context->needs_input_grad(bias_i)) {
        if (!of_genes[i].defined()) of_genes = gene_gradients(*context, saved, layers, weight);
        out[bias_i] = layers[i].bias.size(0) == of_genes[i].size(0) ? of_genes[i] : of_genes[i].sum(0, true);
      }
    }
    if (out[h_].defined()) out[h_].mul_(weight.unsqueeze(1));
    return out;
  }

  /// The forward pass summed the rows with equal weights, as a mean over cells has; other weights need a second pass.
  static std::array<at::Tensor, 3> gene_gradients(AutogradContext& context, const variable_list& saved,
                                                  const OutputLayers& layers, const at::Tensor& weight) {
    if (!all_equal(weight)) {
      const auto* kernel = reinterpret_cast<const kernels::CountKernel*>(context.saved_data["kernel"].toInt());
      const Csr counts{saved[row_ptr_], saved[columns_], saved[values_], layers[0].weight.size(0)};
      const Task task{"", kernel, counts, saved[log_size_]};
      return evaluate(task, saved[h_], 0, layers, weight, Want::gradients).gradients;
    }
    std::array<at::Tensor, 3> out;
    for (int i = 0; i < 3; ++i) {
      if (layers[i].weight.defined() || !layers[i].bias.defined()) continue;
      const at::Tensor& sums = saved[first_gradient_ + i];
      out[i] = weight.numel() > 0 ? sums * weight[0] : at::zeros_like(sums);
    }
    return out;
  }
};

/// Without gradients: blocks of rows, so that memory does not grow with S · B.
at::Tensor values_only(const Task& task, const at::Tensor& h, const OutputLayers& layers) {
  const int64_t rows_at_once = std::clamp<int64_t>((int64_t{1} << 24) / task.counts.n_columns, 32, 4096);
  const at::Tensor out = at::empty({h.size(0)}, h.options());
  for (int64_t first = 0; first < h.size(0); first += rows_at_once) {
    const int64_t last = std::min(h.size(0), first + rows_at_once);
    out.slice(0, first, last)
        .copy_(evaluate(task, h.slice(0, first, last), first, layers, at::Tensor(), Want::value).log_prob);
  }
  return out;
}

bool wants_gradients(const at::Tensor& h, const OutputLayers& layers) {
  if (!at::GradMode::is_enabled()) return false;
  const auto wants = [](const at::Tensor& tensor) { return tensor.defined() && tensor.requires_grad(); };
  return wants(h) || std::any_of(layers.begin(), layers.end(), [&](const OutputLayer& layer) {
           return wants(layer.weight) || wants(layer.bias);
         });
}

}  // namespace

at::Tensor fused_log_prob(const char* name, const kernels::CountKernel& kernel, const CountMatrix& counts,
                          const at::Tensor& h, const at::Tensor& log_size, const OutputLayers& layers) {
  const at::Tensor rows = h.reshape({-1, h.size(2)});  // [R, H], R = S · B
  const Task task{name, &kernel, sparse_counts(counts, h.scalar_type()), log_size.contiguous()};
  if (!wants_gradients(rows, layers)) return values_only(task, rows, layers).view({h.size(0), h.size(1)});
  const auto& [mean, dispersion, inflation] = layers;
  const at::Tensor value =
      FusedLogProb::apply(rows, mean.weight, mean.bias, or_empty(dispersion.weight, h), or_empty(dispersion.bias, h),
                          or_empty(inflation.weight, h), or_empty(inflation.bias, h), task);
  return value.view({h.size(0), h.size(1)});
}

}  // namespace scprior
