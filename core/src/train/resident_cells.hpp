// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "scprior/cell_batch.hpp"
#include "scprior/core/dataset.hpp"

namespace scprior::core {

/// All cells of a source on a device that is not the host, as compressed rows: 8 bytes for each count that is not 0,
/// twice that while they are copied. Batches are gathered there, without waiting for the device.
class ResidentCells {
 public:
  ResidentCells(const CellSource& cells, at::Device device);

  /// What make_batch gives, on the device. The matrices' rows are gathered by tensor operations alone.
  /// Errors: Error{argument} a row out of range.
  CellBatch batch(std::span<const int64_t> rows) const;

 private:
  std::vector<int64_t> row_ptr_;  // [N + 1], on the host: the sizes of batches must not be asked of the device
  at::Tensor columns_, values_;   // [nnz]
  at::Tensor library_;            // [N]
  int64_t n_genes_;
};

}  // namespace scprior::core
