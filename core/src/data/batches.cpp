// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/batches.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "data/cell_kernels.hpp"
#include "data/random.hpp"
#include "scprior/error.hpp"
#include "scprior/parallel.hpp"

namespace scprior::core {
namespace {

constexpr double counts_after_normalisation = 1e4;

}  // namespace

BatchSampler::BatchSampler(std::vector<int64_t> rows, int64_t batch_size, uint64_t seed, int64_t steps_per_epoch)
    : sorted_(std::move(rows)),
      batch_size_(batch_size),
      steps_per_epoch_(steps_per_epoch),
      engine_(seed) {
  if (batch_size < 2) fail(Status::config, "train.batch_size = ", batch_size, ": must be at least 2");
  if (steps_per_epoch < 0)
    fail(Status::config, "train.steps_per_epoch = ", steps_per_epoch, ": must be at least 0 (0 = a whole pass)");
  if (sorted_.size() < 2) fail(Status::data, "training needs at least 2 cells, got ", sorted_.size());
  position_ = static_cast<int64_t>(sorted_.size());
}

int64_t BatchSampler::batches_per_pass() const {
  const int64_t n = static_cast<int64_t>(sorted_.size()), full = n / batch_size_, rest = n % batch_size_;
  return full + (rest > 1 || full == 0);
}

int64_t BatchSampler::batches_per_epoch() const {
  return steps_per_epoch_ == 0 ? batches_per_pass() : std::min(steps_per_epoch_, batches_per_pass());
}

std::span<const int64_t> BatchSampler::next() {
  const int64_t n = static_cast<int64_t>(sorted_.size());
  if (position_ == n) {
    order_ = sorted_;
    shuffle(order_, engine_);
    position_ = 0;
  }
  const int64_t left = n - position_;
  const int64_t size = left <= batch_size_ + 1 ? left : batch_size_;
  const std::span<const int64_t> batch(order_.data() + position_, size);
  position_ += size;
  return batch;
}

CellBatch make_batch(const CellSource& cells, std::span<const int64_t> rows) {
  CellBatch batch;
  batch.counts = cells.read(rows);
  const int64_t n_rows = static_cast<int64_t>(rows.size());
  batch.rows = at::empty({n_rows}, at::kLong);
  std::copy(rows.begin(), rows.end(), batch.rows.data_ptr<int64_t>());
  const Csr& csr = batch.counts.csr();
  const at::Tensor normalised = at::empty_like(csr.values);
  batch.library = at::empty({n_rows}, at::kFloat);
  const int64_t* row_ptr = csr.row_ptr.data_ptr<int64_t>();
  const float* values = csr.values.data_ptr<float>();
  float* out = normalised.data_ptr<float>();
  float* library = batch.library.data_ptr<float>();
  constexpr int64_t entries_per_thread = int64_t{1} << 16;  // a smaller share is not worth waking a thread
  const int64_t grain = 1 + entries_per_thread * n_rows / std::max<int64_t>(row_ptr[n_rows], 1);
  parallel_for(0, n_rows, grain, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const int64_t begin = row_ptr[row], n = row_ptr[row + 1] - begin;
      const double sum = sum_of_counts(values + begin, n);
      library[row] = static_cast<float>(sum);
      if (n > 0) log1p_scaled(values + begin, n, static_cast<float>(counts_after_normalisation / sum), out + begin);
    }
  });
  batch.normalised = batch.counts.with_values(normalised);
  return batch;
}

}  // namespace scprior::core
