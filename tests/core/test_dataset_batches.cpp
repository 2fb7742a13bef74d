// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "fake_loader.hpp"
#include "scprior/core/batches.hpp"
#include "scprior/core/memory_source.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace scprior::core::test;

namespace {

using Rows = std::vector<int64_t>;

Rows next(BatchSampler& sampler) {
  const std::span<const int64_t> batch = sampler.next();
  return {batch.begin(), batch.end()};
}

Rows rows_from(int64_t first, int64_t n) {
  Rows rows(n);
  for (int64_t i = 0; i < n; ++i) rows[i] = first + i;
  return rows;
}

}  // namespace

TEST_CASE("a seed gives the same batches on every machine", "[batches]") {  // numbers from split_reference.py
  BatchSampler sampler(rows_from(100, 10), 4, 11);
  CHECK(sampler.batches_per_epoch() == 3);
  CHECK(next(sampler) == Rows{106, 101, 103, 109});
  CHECK(next(sampler) == Rows{102, 108, 100, 105});
  CHECK(next(sampler) == Rows{104, 107});
  CHECK(next(sampler) == Rows{102, 103, 108, 109});
}

TEST_CASE("every pass goes once through all rows, and no batch has one cell", "[batches]") {
  for (const int64_t n : {2, 3, 4, 5, 8, 9, 17, 100}) {
    for (const int64_t size : {2, 4, 7, 128}) {
      BatchSampler sampler(rows_from(0, n), size, 1);
      for (int pass = 0; pass < 3; ++pass) {
        Rows seen;
        for (int64_t step = 0; step < sampler.batches_per_pass(); ++step) {
          const Rows batch = next(sampler);
          CHECK(batch.size() >= 2);
          CHECK(static_cast<int64_t>(batch.size()) <= size + 1);
          seen.insert(seen.end(), batch.begin(), batch.end());
        }
        std::sort(seen.begin(), seen.end());
        CHECK(seen == rows_from(0, n));
      }
    }
  }
}

TEST_CASE("short epochs go on through the pass without repeating a cell", "[batches]") {
  BatchSampler limited(rows_from(0, 40), 4, 5, 3), whole(rows_from(0, 40), 4, 5);
  CHECK(limited.batches_per_epoch() == 3);
  CHECK(limited.batches_per_pass() == 10);
  for (int step = 0; step < 25; ++step) CHECK(next(limited) == next(whole));
  CHECK(BatchSampler(rows_from(0, 40), 4, 5, 20).batches_per_epoch() == 10);
}

TEST_CASE("what cannot be batched is refused", "[batches]") {
  error_of(Status::config, [] { BatchSampler(rows_from(0, 10), 1, 1); });
  error_of(Status::config, [] { BatchSampler(rows_from(0, 10), 4, 1, -1); });
  error_of(Status::data, [] { BatchSampler(rows_from(0, 1), 4, 1); });
  error_of(Status::data, [] { BatchSampler({}, 4, 1); });
}

TEST_CASE("a batch has counts, log-normalised values and library sizes; an empty cell stays zero", "[batches]") {
  MemorySource source(4);
  source.append(Rows{0, 2, 2, 5}, std::vector<int32_t>{0, 3, 0, 1, 2}, std::vector<float>{1, 3, 200, 15, 16});
  const CellBatch batch = make_batch(source, Rows{2, 1, 0});
  CHECK(batch.rows.equal(at::tensor({2, 1, 0}, at::kLong)));
  CHECK(batch.library.equal(at::tensor({231.0f, 0.0f, 4.0f}, at::kFloat)));
  CHECK(batch.counts.dense().equal(at::tensor({200, 15, 16, 0, 0, 0, 0, 0, 1, 0, 0, 3}, at::kFloat).view({3, 4})));
  REQUIRE(batch.normalised.is_sparse());
  const at::Tensor normalised = batch.normalised.dense();
  const std::vector<double> counts{200, 15, 16, 0, 0, 0, 0, 0, 1, 0, 0, 3}, library{231, 1, 4};
  for (int64_t i = 0; i < 12; ++i) {
    const double wanted = std::log1p(counts[i] * 1e4 / library[i / 4]);
    CHECK(std::abs(normalised.view(-1)[i].item<double>() - wanted) <= 2e-7 * wanted);
  }
  CHECK(at::allclose(normalised, log_normalise(batch.counts).dense(), 1e-6, 0));
  CHECK(make_batch(source, {}).counts.rows() == 0);
  error_of(Status::argument, [&] { make_batch(source, Rows{3}); });
}

TEST_CASE("log-normalised values are exact to float32 for counts and libraries of every size", "[batches]") {
  Rows row_ptr{0};
  std::vector<int32_t> columns;
  std::vector<float> values;
  for (const int64_t step : {1, 3, 700}) {  // libraries from 1 to 7e8
    for (int64_t k = 0; k < 1500; ++k) {
      columns.push_back(static_cast<int32_t>(k));
      values.push_back(static_cast<float>(1 + step * k));
    }
    row_ptr.push_back(static_cast<int64_t>(values.size()));
  }
  columns.push_back(7);
  values.push_back(1);
  row_ptr.push_back(static_cast<int64_t>(values.size()));
  MemorySource source(1500);
  source.append(row_ptr, columns, values);
  const CellBatch batch = make_batch(source, rows_from(0, 4));
  const float* normalised = batch.normalised.csr().values.data_ptr<float>();
  double worst = 0;
  for (size_t row = 0; row < 4; ++row) {
    double library = 0;
    for (int64_t i = row_ptr[row]; i < row_ptr[row + 1]; ++i) library += values[i];
    CHECK(batch.library[static_cast<int64_t>(row)].item<float>() == static_cast<float>(library));
    for (int64_t i = row_ptr[row]; i < row_ptr[row + 1]; ++i) {
      const double wanted = std::log1p(values[i] * 1e4 / library);
      worst = std::max(worst, std::abs(normalised[i] - wanted) / wanted);
    }
  }
  CHECK(worst < 3e-7);  // two roundings of 6e-8 before the logarithm, and its own error
}
