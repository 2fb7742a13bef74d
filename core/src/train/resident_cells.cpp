// SPDX-License-Identifier: Apache-2.0
#include "train/resident_cells.hpp"

#include <ATen/ATen.h>

#include <numeric>

#include "scprior/core/batches.hpp"
#include "scprior/error.hpp"

namespace scprior::core {

ResidentCells::ResidentCells(const CellSource& cells, at::Device device) : row_ptr_{0}, n_genes_(cells.n_genes()) {
  constexpr int64_t cells_at_once = 4096;
  std::vector<at::Tensor> columns, values, library;
  for (int64_t first = 0; first < cells.n_cells(); first += cells_at_once) {
    std::vector<int64_t> rows(std::min(cells_at_once, cells.n_cells() - first));
    std::iota(rows.begin(), rows.end(), first);
    const CellBatch batch = make_batch(cells, rows);
    const Csr& csr = batch.counts.csr();
    const int64_t *ends = csr.row_ptr.data_ptr<int64_t>() + 1, before = row_ptr_.back();
    for (size_t i = 0; i < rows.size(); ++i) row_ptr_.push_back(before + ends[i]);
    columns.push_back(csr.columns.to(device));
    values.push_back(csr.values.to(device));
    library.push_back(batch.library.to(device));
  }
  columns_ = at::cat(columns);
  values_ = at::cat(values);
  library_ = at::cat(library);
}

CellBatch ResidentCells::batch(std::span<const int64_t> rows) const {
  const int64_t n_rows = static_cast<int64_t>(rows.size()), n_cells = static_cast<int64_t>(row_ptr_.size()) - 1;
  // One block of numbers for one transfer: rows, their lengths, the distance from batch to source, and row_ptr.
  const at::Tensor plan = at::empty({4, n_rows + 1}, at::kLong);
  int64_t *const row = plan[0].data_ptr<int64_t>(), *const length = plan[1].data_ptr<int64_t>();
  int64_t *const distance = plan[2].data_ptr<int64_t>(), *const row_ptr = plan[3].data_ptr<int64_t>();
  row_ptr[0] = 0;
  for (int64_t i = 0; i < n_rows; ++i) {
    if (rows[i] < 0 || rows[i] >= n_cells)
      fail(Status::argument, "row ", rows[i], " does not exist: there are ", n_cells, " cells");
    row[i] = rows[i];
    length[i] = row_ptr_[rows[i] + 1] - row_ptr_[rows[i]];
    distance[i] = row_ptr_[rows[i]] - row_ptr[i];
    row_ptr[i + 1] = row_ptr[i] + length[i];
  }
  const int64_t nnz = row_ptr[n_rows];
  const at::Tensor there = plan.to(values_.device(), /*non_blocking=*/true);
  const at::Tensor lengths = there[1].narrow(0, 0, n_rows);
  const auto of_entries = [&](const at::Tensor& of_rows) {
    return at::repeat_interleave(of_rows, lengths, 0, nnz);
  };
  const at::Tensor source = of_entries(there[2].narrow(0, 0, n_rows)) + at::arange(nnz, there.options());

  CellBatch batch;
  batch.rows = there[0].narrow(0, 0, n_rows);
  batch.library = library_.index_select(0, batch.rows);
  batch.counts = CountMatrix::from_csr(
      {there[3], columns_.index_select(0, source), values_.index_select(0, source), n_genes_});
  // A row with entries has a library above 0.
  const at::Tensor factor = of_entries(1e4 / batch.library);
  batch.normalised = batch.counts.with_values(at::log1p(batch.counts.csr().values * factor));
  return batch;
}

}  // namespace scprior::core
