// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/memory_source.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "data/cell_kernels.hpp"
#include "data/count_check.hpp"
#include "scprior/error.hpp"
#include "scprior/parallel.hpp"

namespace scprior::core {
namespace {

template <class To, class From>
std::vector<To> narrow(std::span<const From> source) {
  std::vector<To> result(source.size());
  std::transform(source.begin(), source.end(), result.begin(), [](From x) { return static_cast<To>(x); });
  return result;
}

}  // namespace

CellSource::~CellSource() = default;

MemorySource::MemorySource(int64_t n_genes) : n_genes_(n_genes) {
  if (n_genes < 0 || n_genes > std::numeric_limits<int32_t>::max())
    fail(Status::argument, "MemorySource: wanted 0 to 2147483647 genes, got ", n_genes);
}

MemorySource::~MemorySource() = default;

void MemorySource::append(std::span<const int64_t> row_ptr, std::span<const int32_t> columns,
                          std::span<const float> values) {
  const auto need = [](bool fits, const char* what) {
    if (!fits) fail(Status::argument, "MemorySource::append: ", what);
  };
  need(!row_ptr.empty() && row_ptr.front() == 0 && std::is_sorted(row_ptr.begin(), row_ptr.end()) &&
           row_ptr.back() == static_cast<int64_t>(columns.size()) && columns.size() == values.size(),
       "row_ptr, columns and values do not fit together");
  for (size_t row = 0; row + 1 < row_ptr.size(); ++row)
    for (int64_t entry = row_ptr[row]; entry < row_ptr[row + 1]; ++entry)
      need(columns[entry] < n_genes_ && columns[entry] > (entry > row_ptr[row] ? columns[entry - 1] : -1),
           "columns must ascend within a cell, from 0 to the number of genes - 1");
  float largest = 0;
  for (const float value : values) {
    need(is_count(value) && value > 0, "values must be whole numbers from 1 to 2^24");
    largest = std::max(largest, value);
  }

  Chunk chunk;
  chunk.first_row = n_cells();
  chunk.first_entry = n_nonzero();
  if (n_genes_ <= 65536)
    chunk.columns = narrow<uint16_t>(columns);
  else
    chunk.columns = std::vector<int32_t>(columns.begin(), columns.end());
  if (largest <= std::numeric_limits<uint8_t>::max())
    chunk.values = narrow<uint8_t>(values);
  else if (largest <= std::numeric_limits<uint16_t>::max())
    chunk.values = narrow<uint16_t>(values);
  else
    chunk.values = std::vector<float>(values.begin(), values.end());
  for (const int64_t end : row_ptr.subspan(1)) row_ptr_.push_back(chunk.first_entry + end);
  chunks_.push_back(std::move(chunk));
}

int64_t MemorySource::bytes() const {
  const auto size = [](const auto& vector) { return static_cast<int64_t>(vector.size() * sizeof(vector[0])); };
  int64_t total = size(row_ptr_);
  for (const Chunk& chunk : chunks_) total += std::visit(size, chunk.columns) + std::visit(size, chunk.values);
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
  std::visit([&](const auto& from) { widen(from.data() + begin, n, columns); }, chunk.columns);
  std::visit([&](const auto& from) { widen(from.data() + begin, n, values); }, chunk.values);
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
