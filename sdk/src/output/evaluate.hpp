// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "products.hpp"
#include "scprior/count_matrix.hpp"
#include "scprior/kernels/count_block.hpp"

namespace scprior::output {

/// What is to be computed: ln p of the counts of B cells at R rows of h; row r is of cell (first_row + r) % B.
struct Task {
  const char* name;  ///< of the likelihood, in errors
  const kernels::CountKernel* kernel;
  Csr counts;           ///< [B, G], values of the type of h
  at::Tensor log_size;  ///< [B]
  at::Tensor h;         ///< [R, H]
  Layers layers;
  int64_t first_row = 0;
};

struct Evaluated {
  at::Tensor log_prob;     ///< [R] float64
  at::Tensor h_gradient;   ///< [R, H] of each row's own ln p; undefined if not wanted
  std::array<at::Tensor, 3> bias_gradients;            ///< [G] by layer: sums over the rows
  std::array<std::shared_ptr<Products>, 3> products;   ///< by layer, null where it is not linear; they keep D
};

/// ln p alone.
at::Tensor log_prob_of(const Task& task);

/// ln p and its gradients. row_weight: [R] weights of the rows in bias_gradients; undefined: 1.
/// Errors: Error{data} for entries that are no counts.
Evaluated evaluate(const Task& task, const at::Tensor& row_weight, Precision precision);

}  // namespace scprior::output
