// SPDX-License-Identifier: Apache-2.0
#include "fused_log_prob.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "scprior/error.hpp"
#include "scprior/kernels/negative_binomial.hpp"

namespace scprior {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

enum class Want { value, gradients };

struct Evaluated {
  at::Tensor log_prob;        // [R] float64
  at::Tensor mean_gradient;   // [R, G] d ln p / d a
  at::Tensor theta_gradient;  // [R, G] d ln p / d ln θ, or [G] its weighted sum over rows where θ does not depend on h
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

[[noreturn]] void refuse(const Csr& counts, int64_t entry) {
  const int64_t* row_ptr = counts.row_ptr.data_ptr<int64_t>();
  const int64_t row = std::upper_bound(row_ptr, row_ptr + counts.row_ptr.size(0), entry) - row_ptr - 1;
  fail(Status::data, "likelihood nb: the count of gene ", counts.columns[entry].item<int>(), " in row ", row,
       " of the batch is ", counts.values[entry].item<double>(),
       "; counts must be 0 or more, and finite. Use raw counts, not normalised or scaled values.");
}

/// Rows are the S · B rows of h, from `first_row` on; row_weight [R] or undefined.
Evaluated evaluate(const Csr& counts, const at::Tensor& h, int64_t first_row, const at::Tensor& log_size,
                   const OutputLayers& layers, const at::Tensor& row_weight, Want want) {
  Evaluated out;
  out.log_prob = at::empty({h.size(0)}, at::kDouble);
  out.mean_gradient = at::addmm(layers.mean_bias, h, layers.mean_weight.t());
  const bool per_cell = layers.theta_weight.defined();
  if (per_cell) {
    out.theta_gradient = at::addmm(layers.log_theta, h, layers.theta_weight.t());
  } else if (want == Want::gradients) {
    out.theta_gradient = at::empty({counts.n_columns}, h.options());
  }
  const at::Tensor gene_log_theta = layers.log_theta.expand({counts.n_columns}).contiguous();
  AT_DISPATCH_FLOATING_TYPES(h.scalar_type(), "negative_binomial", [&] {
    kernels::NegativeBinomialBlock<scalar_t> block;
    block.counts = {counts.row_ptr.data_ptr<int64_t>(), counts.columns.data_ptr<int32_t>(),
                    counts.values.data_ptr<scalar_t>(), counts.row_ptr.size(0) - 1, counts.n_columns};
    block.log_size = log_size.data_ptr<scalar_t>();
    block.n_rows = h.size(0);
    block.first_row = first_row;
    block.mean = out.mean_gradient.data_ptr<scalar_t>();
    block.gene_log_theta = gene_log_theta.data_ptr<scalar_t>();
    if (per_cell) block.log_theta = out.theta_gradient.data_ptr<scalar_t>();
    if (row_weight.defined()) block.row_weight = row_weight.data_ptr<scalar_t>();
    if (!per_cell && want == Want::gradients) block.gene_gradient = out.theta_gradient.data_ptr<scalar_t>();
    block.log_prob = out.log_prob.data_ptr<double>();
    block.gradients = want == Want::gradients;
    if (const int64_t entry = kernels::negative_binomial(block); entry >= 0) refuse(counts, entry);
  });
  return out;
}

bool all_equal(const at::Tensor& weights) { return weights.numel() == 0 || weights.eq(weights[0]).all().item<bool>(); }

/// h [R, H] -> ln p(x | h) [R].
struct NegativeBinomialLogProb : Function<NegativeBinomialLogProb> {
  enum Input { h_, mean_weight_, mean_bias_, log_theta_, theta_weight_ };
  enum Saved { mean_gradient_ = 5, theta_gradient_, log_size_, row_ptr_, columns_, values_ };

  static at::Tensor forward(AutogradContext* context, const at::Tensor& h, const at::Tensor& mean_weight,
                            const at::Tensor& mean_bias, const at::Tensor& log_theta, const at::Tensor& theta_weight,
                            const at::Tensor& log_size, const Csr& counts) {
    const OutputLayers layers{mean_weight, mean_bias, log_theta, theta_weight.numel() ? theta_weight : at::Tensor()};
    const Evaluated result = evaluate(counts, h, 0, log_size, layers, at::Tensor(), Want::gradients);
    context->save_for_backward({h, mean_weight, mean_bias, log_theta, theta_weight, result.mean_gradient,
                                result.theta_gradient, log_size, counts.row_ptr, counts.columns, counts.values});
    return result.log_prob.to(h.scalar_type());
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    if (at::GradMode::is_enabled())
      fail(Status::unsupported, "likelihood nb: second derivatives of log_prob are not offered (create_graph = true)");
    const variable_list saved = context->get_saved_variables();
    const at::Tensor weight = grads[0].contiguous();                  // [R] upstream gradient of each row
    const at::Tensor weighted_h = saved[h_] * weight.unsqueeze(1);    // (diag(w) D)ᵀ h = Dᵀ (diag(w) h)
    const at::Tensor by_mean = saved[mean_gradient_].t(), by_theta = saved[theta_gradient_].t();
    const bool per_cell = saved[theta_weight_].numel() > 0;
    variable_list out(7);
    if (context->needs_input_grad(h_)) {
      out[h_] = saved[mean_gradient_].mm(saved[mean_weight_]);
      if (per_cell) out[h_].addmm_(saved[theta_gradient_], saved[theta_weight_]);
      out[h_].mul_(weight.unsqueeze(1));
    }
    if (context->needs_input_grad(mean_weight_)) out[mean_weight_] = by_mean.mm(weighted_h);
    if (context->needs_input_grad(mean_bias_)) out[mean_bias_] = by_mean.mv(weight);
    if (context->needs_input_grad(log_theta_))
      out[log_theta_] = per_cell ? by_theta.mv(weight) : free_theta_gradient(saved, weight);
    if (per_cell && context->needs_input_grad(theta_weight_)) out[theta_weight_] = by_theta.mm(weighted_h);
    return out;
  }

  /// The forward pass summed the rows with equal weights, as a mean over cells has; other weights need a second pass.
  static at::Tensor free_theta_gradient(const variable_list& saved, const at::Tensor& weight) {
    at::Tensor by_gene;  // [G]
    if (all_equal(weight)) {
      by_gene = weight.numel() > 0 ? saved[theta_gradient_] * weight[0] : at::zeros_like(saved[theta_gradient_]);
    } else {
      const Csr counts{saved[row_ptr_], saved[columns_], saved[values_], saved[mean_weight_].size(0)};
      const OutputLayers layers{saved[mean_weight_], saved[mean_bias_], saved[log_theta_], at::Tensor()};
      by_gene = evaluate(counts, saved[h_], 0, saved[log_size_], layers, weight, Want::gradients).theta_gradient;
    }
    return saved[log_theta_].size(0) == by_gene.size(0) ? by_gene : by_gene.sum(0, true);
  }
};

/// Without gradients: blocks of rows, so that memory does not grow with S · B.
at::Tensor values_only(const Csr& counts, const at::Tensor& h, const at::Tensor& log_size, const OutputLayers& layers) {
  const int64_t rows_at_once = std::clamp<int64_t>((int64_t{1} << 24) / counts.n_columns, 32, 4096);
  const at::Tensor out = at::empty({h.size(0)}, h.options());
  for (int64_t first = 0; first < h.size(0); first += rows_at_once) {
    const int64_t last = std::min(h.size(0), first + rows_at_once);
    out.slice(0, first, last)
        .copy_(evaluate(counts, h.slice(0, first, last), first, log_size, layers, at::Tensor(), Want::value).log_prob);
  }
  return out;
}

}  // namespace

at::Tensor fused_log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& log_size,
                          const OutputLayers& layers) {
  const Csr csr = sparse_counts(counts, h.scalar_type());
  const at::Tensor rows = h.reshape({-1, h.size(2)});  // [R, H], R = S · B
  const at::Tensor size = log_size.contiguous();
  // Functions of the autograd graph take no undefined tensors.
  const at::Tensor theta_weight = layers.theta_weight.defined() ? layers.theta_weight : at::empty({0}, h.options());
  const auto wanted = [](const at::Tensor& tensor) { return tensor.requires_grad(); };
  const at::Tensor inputs[] = {rows, layers.mean_weight, layers.mean_bias, layers.log_theta, theta_weight};
  const bool gradients = at::GradMode::is_enabled() && std::any_of(std::begin(inputs), std::end(inputs), wanted);
  const at::Tensor value = gradients
                               ? NegativeBinomialLogProb::apply(rows, layers.mean_weight, layers.mean_bias,
                                                                layers.log_theta, theta_weight, size, csr)
                               : values_only(csr, rows, size, layers);
  return value.view({h.size(0), h.size(1)});
}

}  // namespace scprior
