// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/memory_source.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "data/cell_kernels.hpp"
#include "scprior/error.hpp"
#include "scprior/parallel.hpp"

namespace scprior::core {
namespace {

/// Where the columns or the values begin: the wider of the two come first, so that both are aligned.
int64_t first_byte(const PackedCells& cells, bool of_columns) {
  const bool columns_first = cells.column_bytes >= cells.value_bytes;
  if (of_columns == columns_first) return 0;
  return cells.n_entries * std::max(cells.column_bytes, cells.value_bytes);
}

/// Calls visit with a pointer to the first column, or value, of the type that it has.
template <class Visit>
void visit_columns(const PackedCells& cells, Visit visit) {
  void* const columns = cells.columns_and_values.get() + first_byte(cells, true);
  cells.column_bytes == 2 ? visit(static_cast<uint16_t*>(columns)) : visit(static_cast<int32_t*>(columns));
}
template <class Visit>
void visit_values(const PackedCells& cells, Visit visit) {
  void* const values = cells.columns_and_values.get() + first_byte(cells, false);
  switch (cells.value_bytes) {
    case 1: return visit(static_cast<uint8_t*>(values));
    case 2: return visit(static_cast<uint16_t*>(values));
    default: return visit(static_cast<float*>(values));
  }
}

/// Bytes for a count, where the largest is as given.
int64_t bytes_for(float largest) {
  if (largest <= std::numeric_limits<uint8_t>::max()) return 1;
  return largest <= std::numeric_limits<uint16_t>::max() ? 2 : 4;
}

}  // namespace

CellSource::~CellSource() = default;

PackedCells pack_cells(int64_t n_genes, std::span<const int64_t> row_ptr, std::span<const int32_t> columns,
                       std::span<const float> values) {
  const auto need = [](bool fits, const char* what) {
    if (!fits) fail(Status::argument, "cells do not fit into memory: ", what);
  };
  const int64_t n = static_cast<int64_t>(columns.size());
  need(!row_ptr.empty() && row_ptr.front() == 0 && std::is_sorted(row_ptr.begin(), row_ptr.end()) &&
           row_ptr.back() == n && columns.size() == values.size(),
       "row_ptr, columns and values do not fit together");
  need(rows_ascend(row_ptr.data(), static_cast<int64_t>(row_ptr.size()) - 1, columns.data(), n_genes),
       "columns must ascend within a cell, from 0 to the number of genes - 1");
  const CountRange range = range_of_counts(values.data(), n);
  need(n == 0 || (range.counts && range.smallest > 0), "values must be whole numbers from 1 to 2^24");

  PackedCells cells;
  cells.n_genes = n_genes;
  cells.row_ptr.assign(row_ptr.begin(), row_ptr.end());
  cells.n_entries = n;
  cells.column_bytes = n_genes <= 65536 ? 2 : 4;
  cells.value_bytes = bytes_for(range.largest);
  cells.columns_and_values = large_array<std::byte>(cells.bytes());
  visit_columns(cells, [&](auto* to) { narrow(columns.data(), n, to); });
  visit_values(cells, [&](auto* to) { narrow(values.data(), n, to); });
  return cells;
}

MemorySource::MemorySource(int64_t n_genes) : n_genes_(n_genes) {
  if (n_genes < 0 || n_genes > std::numeric_limits<int32_t>::max())
    fail(Status::argument, "MemorySource: wanted 0 to 2147483647 genes, got ", n_genes);
}

MemorySource::~MemorySource() = default;

void MemorySource::append(PackedCells cells) {
  if (cells.n_genes != n_genes_)
    fail(Status::argument, "MemorySource::append: cells of ", cells.n_genes, " genes, wanted ", n_genes_);
  Chunk chunk{n_cells(), n_nonzero(), std::move(cells)};
  const std::vector<int64_t> row_ptr = std::move(chunk.cells.row_ptr);
  for (size_t row = 1; row < row_ptr.size(); ++row) row_ptr_.push_back(chunk.first_entry + row_ptr[row]);
  chunks_.push_back(std::move(chunk));
}

void MemorySource::append(std::span<const int64_t> row_ptr, std::span<const int32_t> columns,
                          std::span<const float> values) {
  append(pack_cells(n_genes_, row_ptr, columns, values));
}

int64_t MemorySource::bytes() const {
  int64_t total = static_cast<int64_t>(row_ptr_.size() * sizeof(int64_t));
  for (const Chunk& chunk : chunks_) total += chunk.cells.bytes();
  return total;
}

const MemorySource::Chunk& MemorySource::chunk_of(int64_t row) const {
  const auto after = std::upper_bound(chunks_.begin(), chunks_.end(), row,
                                      [](int64_t r, const Chunk& chunk) { return r < chunk.first_row; });
  return *(after - 1);
}

void MemorySource::copy_row(int64_t row, int32_t* columns, float* values) const {
  const Chunk& chunk = chunk_of(row);
  const int64_t begin = row_ptr_[row] - chunk.first_entry, n = row_ptr_[row + 1] - row_ptr_[row];
  visit_columns(chunk.cells, [&](const auto* from) { widen(from + begin, n, columns); });
  visit_values(chunk.cells, [&](const auto* from) { widen(from + begin, n, values); });
}

CountMatrix MemorySource::read(std::span<const int64_t> rows) const {
  const int64_t n_rows = static_cast<int64_t>(rows.size());
  Csr csr;
  csr.n_columns = n_genes_;
  csr.row_ptr = at::empty({n_rows + 1}, at::kLong);
  int64_t* row_ptr = csr.row_ptr.data_ptr<int64_t>();
  row_ptr[0] = 0;
  for (int64_t i = 0; i < n_rows; ++i) {
    if (rows[i] < 0 || rows[i] >= n_cells())
      fail(Status::argument, "row ", rows[i], " does not exist: there are ", n_cells(), " cells");
    row_ptr[i + 1] = row_ptr[i] + row_ptr_[rows[i] + 1] - row_ptr_[rows[i]];
  }
  csr.columns = at::empty({row_ptr[n_rows]}, at::kInt);
  csr.values = at::empty({row_ptr[n_rows]}, at::kFloat);
  int32_t* columns = csr.columns.data_ptr<int32_t>();
  float* values = csr.values.data_ptr<float>();
  constexpr int64_t entries_per_thread = int64_t{1} << 18;  // copied in less time than threads take to wake up
  const int64_t grain = 1 + entries_per_thread * n_rows / std::max<int64_t>(row_ptr[n_rows], 1);
  parallel_for(0, n_rows, grain, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) copy_row(rows[i], columns + row_ptr[i], values + row_ptr[i]);
  });
  return CountMatrix::from_csr(std::move(csr));
}

}  // namespace scprior::core
