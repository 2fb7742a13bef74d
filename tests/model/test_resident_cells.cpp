// SPDX-License-Identifier: Apache-2.0
#include "train/resident_cells.hpp"

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>

#include "scprior/core/batches.hpp"
#include "scprior/error.hpp"
#include "tools.hpp"

using namespace scprior;

// The gather consists of tensor operations alone, so that the host can stand for another device.
TEST_CASE("batches gathered from resident cells are those that are read", "[fit][device]") {
  const auto cells = test::three_types(90, 40);  // cell 0 is empty
  const core::ResidentCells resident(*cells, at::kCPU);
  const std::vector<std::vector<int64_t>> choices = {{5, 0, 89, 5, 17}, {0}, {0, 0}, test::all_rows(*cells)};
  for (const std::vector<int64_t>& rows : choices) {
    const CellBatch got = resident.batch(rows), wanted = core::make_batch(*cells, rows);
    CHECK(got.rows.equal(wanted.rows));
    CHECK(got.library.equal(wanted.library));
    CHECK(got.counts.csr().row_ptr.equal(wanted.counts.csr().row_ptr));
    CHECK(got.counts.csr().columns.equal(wanted.counts.csr().columns));
    CHECK(got.counts.csr().values.equal(wanted.counts.csr().values));
    CHECK(got.counts.columns() == 40);
    CHECK(at::allclose(got.normalised.csr().values, wanted.normalised.csr().values, 1e-6, 1e-6));
    CHECK(at::allclose(got.normalised.dense(), wanted.normalised.dense(), 1e-6, 1e-6));
  }
}

TEST_CASE("a row that resident cells do not have is refused", "[fit][device]") {
  const core::ResidentCells resident(*test::three_types(9, 12), at::kCPU);
  CHECK_THROWS_AS(resident.batch(std::vector<int64_t>{3, 9}), Error);
  CHECK_THROWS_AS(resident.batch(std::vector<int64_t>{-1}), Error);
}
