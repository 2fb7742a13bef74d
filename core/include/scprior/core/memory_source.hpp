// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include "scprior/core/dataset.hpp"

namespace scprior::core {

/// Counts in memory as compressed sparse rows: 2 bytes for a column where there are at most 65 536 genes, and 1, 2 or 4
/// bytes for a count, as the largest of its chunk needs. Appended chunk by chunk, so that it never exists twice.
class SCPRIOR_API MemorySource final : public CellSource {
 public:
  /// Errors: Error{argument} n_genes < 0 or above 2^31 - 1.
  explicit MemorySource(int64_t n_genes);
  ~MemorySource() override;

  /// Appends cells as one chunk. row_ptr: [cells + 1], starts at 0; columns ascend within a cell, values are whole
  /// numbers from 1 to 2^24. Errors: Error{argument} if they are not.
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
    std::variant<std::vector<uint16_t>, std::vector<int32_t>> columns;
    std::variant<std::vector<uint8_t>, std::vector<uint16_t>, std::vector<float>> values;
  };
  const Chunk& chunk_of(int64_t row) const;
  void copy_row(int64_t row, int32_t* columns, float* values) const;

  int64_t n_genes_;
  std::vector<int64_t> row_ptr_{0};  // [N + 1], over all chunks
  std::vector<Chunk> chunks_;
};

}  // namespace scprior::core
