// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "initial_weights.hpp"
#include "scprior/error.hpp"
#include "scprior/fixed_order.hpp"
#include "scprior/kernels/sparse.hpp"
#include "scprior/nn.hpp"
#include "scprior/shapes.hpp"
#include "scprior/training_scope.hpp"

namespace scprior::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

template <class T>
kernels::CsrView<T> view(const at::Tensor& row_ptr, const at::Tensor& columns, const at::Tensor& values,
                         int64_t genes) {
  return {row_ptr.data_ptr<int64_t>(), columns.data_ptr<int32_t>(), values.data_ptr<T>(), row_ptr.size(0) - 1, genes};
}

at::Tensor sparse_product(const Csr& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor values = x.values.contiguous(), packed_weight = weight.contiguous(), packed_bias = bias.contiguous();
  at::Tensor out = at::empty({x.row_ptr.size(0) - 1, weight.size(1)}, weight.options());
  AT_DISPATCH_FLOATING_TYPES(weight.scalar_type(), "sparse_product", [&] {
    kernels::csr_times_dense<scalar_t>(view<scalar_t>(x.row_ptr, x.columns, values, x.n_columns),
                                       packed_weight.data_ptr<scalar_t>(), packed_bias.data_ptr<scalar_t>(),
                                       weight.size(1), out.data_ptr<scalar_t>());
  });
  return out;
}

kernels::ColumnView view(const ColumnPattern& by) {
  return {by.column_ptr.data_ptr<int64_t>(), by.rows.data_ptr<int32_t>(), by.order.data_ptr<int64_t>()};
}

/// xᵀ grad, by rows.
class InputWeightRows final : public RowGradient {
 public:
  InputWeightRows(Csr x, ColumnPattern by_columns, at::Tensor grad)
      : x_(std::move(x)), by_columns_(std::move(by_columns)), grad_(std::move(grad)) {}

  void add(int64_t first, int64_t last, float* out) const override {
    kernels::add_transposed_times_dense<float>(view<float>(x_.row_ptr, x_.columns, x_.values, x_.n_columns),
                                               view(by_columns_), grad_.data_ptr<float>(), grad_.size(1), out, first,
                                               last);
  }

 private:
  Csr x_;
  ColumnPattern by_columns_;
  at::Tensor grad_;
};

/// y = x W + b with gradients for the values of x, W and b.
struct SparseLinear : Function<SparseLinear> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& values, const at::Tensor& weight,
                            const at::Tensor& bias, const CountMatrix& x) {
    const Csr& csr = x.csr();
    const ColumnPattern& by = x.by_columns();
    context->save_for_backward({values, weight, csr.row_ptr, csr.columns, by.column_ptr, by.rows, by.order});
    return sparse_product({csr.row_ptr, csr.columns, values, csr.n_columns}, weight, bias);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    if (at::GradMode::is_enabled())
      fail(Status::unsupported, "the input layer offers no second derivatives for sparse input (create_graph = true)");
    const auto saved = context->get_saved_variables();
    // Values that are trained themselves may be updated before the weight.
    const bool trained = saved[0].requires_grad() && saved[0].is_leaf();
    const at::Tensor values = trained ? saved[0].detach().clone() : saved[0].detach().contiguous();
    const at::Tensor &weight = saved[1], grad = grads[0].contiguous();
    const Csr x{saved[2], saved[3], values, weight.size(0)};
    const ColumnPattern by_columns{saved[4], saved[5], saved[6]};
    RowGradients* const taker = TrainingScope::takes_rows_of(weight);
    if (taker && context->needs_input_grad(1))
      taker->give(weight, std::make_unique<InputWeightRows>(x, by_columns, grad));
    at::Tensor grad_values, grad_weight;
    AT_DISPATCH_FLOATING_TYPES(weight.scalar_type(), "sparse_product_backward", [&] {
      const auto csr = view<scalar_t>(x.row_ptr, x.columns, values, x.n_columns);
      if (!taker && context->needs_input_grad(1)) {
        grad_weight = at::empty_like(weight, at::MemoryFormat::Contiguous);
        kernels::csr_transposed_times_dense<scalar_t>(csr, view(by_columns), grad.data_ptr<scalar_t>(), weight.size(1),
                                                      grad_weight.data_ptr<scalar_t>());
      }
      if (context->needs_input_grad(0)) {
        const at::Tensor packed_weight = weight.contiguous();
        grad_values = at::empty_like(values);
        kernels::sampled_dense_dense<scalar_t>(csr, grad.data_ptr<scalar_t>(), packed_weight.data_ptr<scalar_t>(),
                                               weight.size(1), grad_values.data_ptr<scalar_t>());
      }
    });
    return {grad_values, grad_weight, grad.sum(0), at::Tensor()};
  }
};

}  // namespace

InputLayer::InputLayer(int64_t genes, int64_t out, bool penalised, at::Generator init) {
  add_tensor("weight", weight, glorot_uniform(genes, out, {genes, out}, init), {.penalised = penalised});
  add_tensor("bias", bias, at::zeros({out}));
}

at::Tensor InputLayer::forward(const CountMatrix& x) const {
  if (x.columns() != weight.size(0))
    fail(Status::argument, "the encoder's input has ", x.columns(), " genes, expected ", weight.size(0));
  // The sparse kernels know host memory; elsewhere the dense product is the plain path.
  if (!x.is_sparse() || !weight.is_cpu()) return product(x.dense(), weight) + bias;
  if (!at::GradMode::is_enabled()) return sparse_product(x.csr(), weight, bias);
  return SparseLinear::apply(x.csr().values, weight, bias, x);
}

}  // namespace scprior::nn
