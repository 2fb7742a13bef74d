// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/count_matrix.hpp"

namespace scprior {

/// What is known of a cell beside its counts.
struct Covariates {
  at::Tensor batch;       ///< [B] int64, experimental batch; undefined = not used
  at::Tensor continuous;  ///< [B, C] floating point; undefined = not used
};

/// Cells on their way through a model.
struct CellBatch {
  CountMatrix counts;      ///< [B, G] raw counts
  CountMatrix normalised;  ///< [B, G] log_normalise(counts)
  at::Tensor library;      ///< [B] sum of the counts; an empty cell has 0
  Covariates covariates;
  at::Tensor rows;  ///< [B] int64, row in the data set
};

}  // namespace scprior
