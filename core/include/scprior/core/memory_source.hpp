// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "scprior/core/dataset.hpp"
#include "scprior/large_array.hpp"

namespace scprior::core {

/// Some cells as compressed sparse rows: 2 bytes for a column where there are at most 65 536 genes, and 1, 2 or 4 bytes
/// for a count, as the largest of them needs.
struct PackedCells {
  int64_t n_genes = 0;
  std::vector<int64_t> row_ptr;  ///< [cells + 1]
  int64_t n_entries = 0;
  int64_t column_bytes = 2;  ///< uint16_t or int32_t
  int64_t value_bytes = 1;   ///< uint8_t, uint16_t or float
  LargeArray<std::byte> columns_and_values;

  int64_t bytes() const { return n_entries * (column_bytes + value_bytes); }
};

/// row_ptr: [cells + 1], starts at 0; columns ascend within a cell, values are whole numbers from 1 to 2^24.
/// Errors: Error{argument} if they are not.
SCPRIOR_API PackedCells pack_cells(int64_t n_genes, std::span<const int64_t> row_ptr, std::span<const int32_t> columns,
                                   std::span<const float> values);

/// Counts in memory, packed. Appended chunk by chunk, so that they never exist twice.
class SCPRIOR_API MemorySource final : public CellSource {
 public:
  /// Errors: Error{argument} n_genes < 0 or above 2^31 - 1.
  explicit MemorySource(int64_t n_genes);
  ~MemorySource() override;

  /// Appends cells as one chunk. Errors: Error{argument} cells of another number of genes.
  void append(PackedCells cells);
  /// Packs and appends. Errors: as pack_cells.
  void append(std::span<const int64_t> row_ptr, std::span<const int32_t> columns, std::span<const float> values);

  int64_t n_cells() const override { return static_cast<int64_t>(row_ptr_.size()) - 1; }
  int64_t n_genes() const override { return n_genes_; }
  int64_t n_nonzero() const { return row_ptr_.back(); }
  /// Memory held, in bytes.
  int64_t bytes() const;

  /// Errors: Error{argument} a row out of range.
  CountMatrix read(std::span<const int64_t> rows) const override;

 private:
  struct Chunk {
    int64_t first_row, first_entry;
    PackedCells cells;  // without row_ptr
  };
  const Chunk& chunk_of(int64_t row) const;
  void copy_row(int64_t row, int32_t* columns, float* values) const;

  int64_t n_genes_;
  std::vector<int64_t> row_ptr_{0};  // [N + 1], over all chunks
  std::vector<Chunk> chunks_;
};

}  // namespace scprior::core
