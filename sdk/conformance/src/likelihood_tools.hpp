// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>

#include <memory>

#include "scprior/conformance/evaluate.hpp"
#include "scprior/likelihood.hpp"

namespace scprior::conformance {

/// What a likelihood is asked about.
struct Cells {
  CountMatrix counts;   ///< [B, G]
  at::Tensor h;         ///< [S, B, H]
  at::Tensor library;   ///< [B]
};

/// A likelihood of `genes` genes with random parameters.
inline std::unique_ptr<Likelihood> used_likelihood(int64_t genes = small_dims().genes,
                                                   at::ScalarType type = at::kDouble) {
  Dims dims = small_dims();
  dims.genes = genes;
  auto likelihood = ready_as<Likelihood>(1, type, dims);
  perturb(*likelihood, 2);
  return likelihood;
}

/// Sparse counts; sizes of cells as in real data, about 1e4.
inline Cells some_cells(int64_t samples, int64_t n, at::ScalarType type = at::kDouble) {
  const CellBatch batch = cells(n, small_dims().genes, 4, type);
  return {batch.counts, normal({samples, n, small_dims().hidden}, 3, type), 100 * batch.library};
}

inline CountMatrix to_sparse(const at::Tensor& dense) {
  const at::Tensor place = dense.nonzero();
  return CountMatrix::from_csr({at::cat({at::zeros({1}, at::kLong), (dense != 0).sum(1).cumsum(0)}),
                                place.select(1, 1).to(at::kInt).contiguous(), dense.masked_select(dense != 0),
                                dense.size(1)});
}

}  // namespace scprior::conformance
