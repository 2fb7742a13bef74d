// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scprior/api.hpp"
#include "scprior/kernels/instruction_set.hpp"

// Products of a sparse [B, G] matrix with dense row-major matrices of width H. Every output element is the work of one
// thread in a fixed order: results do not depend on the number of threads. T is float or double.

namespace scprior::kernels {

template <class T>
struct CsrView {
  const int64_t* row_ptr;  // [B + 1]
  const int32_t* columns;  // [nnz]
  const T* values;         // [nnz]
  int64_t n_rows, n_columns;
};

struct ColumnView {
  const int64_t* column_ptr;  // [G + 1]
  const int32_t* rows;        // [nnz]
  const int64_t* order;       // [nnz] index into the values of the CSR
};

/// out [B, H] = x [B, G] · weight [G, H] + bias [H].
///
/// Cost: nnz H multiply-adds, each with a weight read from the second-level cache; [G, H] itself is read from memory
/// once per thread where the columns of each row ascend. 35 000 rows of 1400 entries a second and core at H = 512 with
/// AVX-512.
template <class T>
SCPRIOR_API void csr_times_dense(const CsrView<T>& x, const T* weight, const T* bias, int64_t width, T* out,
                                 InstructionSet instructions = InstructionSet::best);

/// out [G, H] = xᵀ [G, B] · grad [B, H].
template <class T>
SCPRIOR_API void csr_transposed_times_dense(const CsrView<T>& x, const ColumnView& by_columns, const T* grad,
                                            int64_t width, T* out,
                                            InstructionSet instructions = InstructionSet::best);

/// out [last - first, H] += rows [first, last) of xᵀ · grad, on the calling thread.
template <class T>
SCPRIOR_API void add_transposed_times_dense(const CsrView<T>& x, const ColumnView& by_columns, const T* grad,
                                            int64_t width, T* out, int64_t first, int64_t last,
                                            InstructionSet instructions = InstructionSet::best);

/// out [nnz]: out_e = Σ_h grad[row(e), h] · weight[column(e), h], the product of two dense matrices at the pattern of
/// x.
template <class T>
SCPRIOR_API void sampled_dense_dense(const CsrView<T>& x, const T* grad, const T* weight, int64_t width, T* out,
                                     InstructionSet instructions = InstructionSet::best);

}  // namespace scprior::kernels
