// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "scprior/api.hpp"

namespace scprior {

/// Compressed sparse rows. Columns of a row ascend, without repetition.
struct Csr {
  at::Tensor row_ptr;  ///< [B + 1] int64, starts at 0
  at::Tensor columns;  ///< [nnz] int32
  at::Tensor values;   ///< [nnz] floating point; may require gradients
  int64_t n_columns = 0;
};

/// The same pattern by columns, for products with the transpose. Entry e of column g stands in row rows[e] and has the
/// value values[order[e]] of the Csr.
struct ColumnPattern {
  at::Tensor column_ptr;  ///< [G + 1] int64
  at::Tensor rows;        ///< [nnz] int32, ascending within a column
  at::Tensor order;       ///< [nnz] int64
};

/// A batch of cells by genes, [B, G], counts or expression values: sparse rows, or dense. Cheap to copy (shares
/// memory).
///
/// Use dense() if speed does not matter, csr() for the fast path after asking is_sparse().
/// What is derived (dense form, column pattern) is computed once and kept. Threads: one thread at a time.
class SCPRIOR_API CountMatrix {
 public:
  CountMatrix();
  /// Errors: Error{argument} if the parts do not fit together (lengths, types); indices are not searched.
  static CountMatrix from_csr(Csr csr);
  /// values: [B, G] floating point.
  static CountMatrix from_dense(at::Tensor values);

  int64_t rows() const;
  int64_t columns() const;
  bool is_sparse() const;

  /// Errors: Error{argument} if the matrix is dense.
  const Csr& csr() const;
  /// [B, G]. Gradients flow from the dense form to the sparse values.
  const at::Tensor& dense() const;
  /// Errors: Error{argument} if the matrix is dense.
  const ColumnPattern& by_columns() const;

  /// Same pattern, other values [nnz] (or [B, G] if dense). Keeps the column pattern.
  CountMatrix with_values(at::Tensor values) const;
  /// Sum over genes: [B].
  at::Tensor row_sums() const;
  /// Floating type of the values.
  at::ScalarType scalar_type() const;
  CountMatrix to(at::ScalarType floating_type) const;
  CountMatrix to(at::Device device) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The models' input layer: ln(1 + 1e4 x / l) with l = sum of the cell's counts. An empty cell stays all zero.
///
/// Source: dony2020, methods. Shapes: counts [B, G] -> [B, G], sparse stays sparse.
SCPRIOR_API CountMatrix log_normalise(const CountMatrix& counts);

}  // namespace scprior
