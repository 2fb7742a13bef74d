// SPDX-License-Identifier: Apache-2.0
#include "scprior/count_matrix.hpp"

#include <ATen/ATen.h>

#include "column_pattern.hpp"
#include "scprior/error.hpp"

namespace scprior {

struct CountMatrix::State {
  bool sparse = false;
  Csr csr;
  at::Tensor dense;  // the matrix itself, or computed from csr when asked for
  std::shared_ptr<ColumnPattern> by_columns = std::make_shared<ColumnPattern>();  // shared by all values of one pattern
};

namespace {

/// [nnz] int64 row of each entry.
at::Tensor row_of_entry(const Csr& csr) {
  const at::Tensor lengths = csr.row_ptr.diff();
  return at::repeat_interleave(at::arange(lengths.size(0), lengths.options()), lengths, 0, csr.values.size(0));
}

}  // namespace

CountMatrix::CountMatrix() : state_(std::make_shared<State>()) {}

CountMatrix CountMatrix::from_csr(Csr csr) {
  const auto need = [](bool fits, const char* what) {
    if (!fits) fail(Status::argument, "CountMatrix::from_csr: ", what);
  };
  need(csr.row_ptr.defined() && csr.columns.defined() && csr.values.defined(), "a part is undefined");
  need(csr.row_ptr.dim() == 1 && csr.row_ptr.size(0) >= 1, "row_ptr must have shape [B + 1]");
  need(csr.columns.dim() == 1 && csr.values.dim() == 1 && csr.columns.size(0) == csr.values.size(0),
       "columns and values must have the same shape [nnz]");
  need(csr.row_ptr.scalar_type() == at::kLong, "row_ptr must be int64");
  need(csr.columns.scalar_type() == at::kInt, "columns must be int32");
  need(csr.values.is_floating_point(), "values must be floating point");
  need(csr.n_columns >= 0, "n_columns is negative");
  CountMatrix matrix;
  matrix.state_->sparse = true;
  matrix.state_->csr = std::move(csr);
  return matrix;
}

CountMatrix CountMatrix::from_dense(at::Tensor values) {
  if (!values.defined() || values.dim() != 2 || !values.is_floating_point())
    fail(Status::argument, "CountMatrix::from_dense: values must be a floating-point [B, G] tensor");
  CountMatrix matrix;
  matrix.state_->dense = std::move(values);
  return matrix;
}

int64_t CountMatrix::rows() const {
  if (state_->sparse) return state_->csr.row_ptr.size(0) - 1;
  return state_->dense.defined() ? state_->dense.size(0) : 0;
}

int64_t CountMatrix::columns() const {
  if (state_->sparse) return state_->csr.n_columns;
  return state_->dense.defined() ? state_->dense.size(1) : 0;
}

bool CountMatrix::is_sparse() const { return state_->sparse; }

const Csr& CountMatrix::csr() const {
  if (!state_->sparse) fail(Status::argument, "CountMatrix::csr: the matrix is dense; ask is_sparse() first");
  return state_->csr;
}

const at::Tensor& CountMatrix::dense() const {
  if (!state_->dense.defined()) {
    const Csr& csr = state_->csr;
    const at::Tensor place = row_of_entry(csr) * csr.n_columns + csr.columns;
    state_->dense = at::zeros({rows() * columns()}, csr.values.options().requires_grad(false))
                        .index_add(0, place, csr.values)
                        .view({rows(), columns()});
  }
  return state_->dense;
}

const ColumnPattern& CountMatrix::by_columns() const {
  if (!state_->by_columns->column_ptr.defined()) *state_->by_columns = transpose_pattern(csr());
  return *state_->by_columns;
}

CountMatrix CountMatrix::with_values(at::Tensor values) const {
  if (!state_->sparse) return from_dense(std::move(values));
  CountMatrix matrix = from_csr({state_->csr.row_ptr, state_->csr.columns, std::move(values), state_->csr.n_columns});
  matrix.state_->by_columns = state_->by_columns;
  return matrix;
}

at::Tensor CountMatrix::row_sums() const {
  if (!state_->sparse) return state_->dense.sum(1);
  const Csr& csr = state_->csr;
  return at::zeros({rows()}, csr.values.options().requires_grad(false)).index_add(0, row_of_entry(csr), csr.values);
}

at::ScalarType CountMatrix::scalar_type() const {
  return state_->sparse ? state_->csr.values.scalar_type() : state_->dense.scalar_type();
}

CountMatrix CountMatrix::to(at::ScalarType floating_type) const {
  return with_values((state_->sparse ? state_->csr.values : state_->dense).to(floating_type));
}

CountMatrix CountMatrix::to(at::Device device) const {
  if (!state_->sparse) return from_dense(state_->dense.to(device));
  const Csr& csr = state_->csr;
  return from_csr({csr.row_ptr.to(device), csr.columns.to(device), csr.values.to(device), csr.n_columns});
}

CountMatrix log_normalise(const CountMatrix& counts) {
  const at::Tensor library = counts.row_sums();
  // An empty cell's factor is 0, and so is its gradient: 1 / 0 must not enter even the branch that is not taken.
  const at::Tensor safe = at::where(library > 0, library, at::ones_like(library));
  const at::Tensor factor = at::where(library > 0, 1e4 / safe, at::zeros_like(library));
  if (!counts.is_sparse()) return counts.with_values(at::log1p(counts.dense() * factor.unsqueeze(1)));
  const Csr& csr = counts.csr();
  return counts.with_values(
      at::log1p(csr.values * at::repeat_interleave(factor, csr.row_ptr.diff(), 0, csr.values.size(0))));
}

}  // namespace scprior
