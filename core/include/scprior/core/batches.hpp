// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "scprior/cell_batch.hpp"
#include "scprior/core/dataset.hpp"

namespace scprior::core {

/// Shuffled batches of rows, without end. A pass goes once through all rows in an order of its own; its last batch may
/// be short. A single row that would be left over joins the batch before it, because batch normalisation has no
/// variance of one cell. The same seed gives the same batches on every machine.
class SCPRIOR_API BatchSampler {
 public:
  /// steps_per_epoch: batches that count as an epoch, at most a pass; 0 = a pass. With fewer than a pass, the next
  /// epoch goes on where the last one stopped. Errors: Error{config} batch_size < 2 or steps_per_epoch < 0; Error{data}
  /// fewer than 2 rows.
  BatchSampler(std::vector<int64_t> rows, int64_t batch_size, uint64_t seed, int64_t steps_per_epoch = 0);

  int64_t batches_per_pass() const;
  int64_t batches_per_epoch() const;
  /// The rows of the next batch, valid until the next call.
  std::span<const int64_t> next();

 private:
  std::vector<int64_t> sorted_, order_;
  int64_t batch_size_, steps_per_epoch_;
  int64_t position_;  // of the next batch in order_
  std::mt19937_64 engine_;
};

/// Reads cells and prepares what models take: counts, log-normalised values, library sizes.
///
/// normalised = ln(1 + 1e4 x / l), l the cell's sum in the gene space; an empty cell stays all zero.
/// Source: dony2020, methods. Shapes: rows [B] -> [B, G] float32, sparse.
/// Errors: Error{argument} a row out of range.
SCPRIOR_API CellBatch make_batch(const CellSource& cells, std::span<const int64_t> rows);

}  // namespace scprior::core
