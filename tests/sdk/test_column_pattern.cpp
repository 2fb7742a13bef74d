// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

#include "scprior/count_matrix.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;

namespace {

/// A tenth of the entries, some rows empty; columns of a row ascend, or else descend.
Csr random_csr(int64_t rows, int64_t columns, bool ascending) {
  const at::Generator generator = at::detail::createCPUGenerator(4);
  const at::Tensor kept = at::rand({rows, columns}, generator) < 0.1;
  if (rows > 3) kept[2].zero_();
  const at::Tensor found = (ascending ? kept : kept.flip({1})).nonzero().select(1, 1);
  return {at::cat({at::zeros({1}, at::kLong), kept.sum(1).cumsum(0)}),
          (ascending ? found : columns - 1 - found).to(at::kInt).contiguous(), at::rand({found.size(0)}, generator),
          columns};
}

}  // namespace

TEST_CASE("the pattern by columns has every entry once, in the order of its rows, for any number of threads",
          "[count_matrix][threads]") {
  for (const auto& [rows, columns] : {std::pair{100, 5000}, {3, 50}, {40, 1}, {0, 7}, {5, 0}})
    for (const bool ascending : {true, false})
      for (const int threads : {1, 2, 3, 5}) {
        CAPTURE(rows, columns, ascending, threads);
        const Csr csr = random_csr(rows, columns, ascending);
        const ColumnPattern got =
            testing::with_threads(threads, [&] { return CountMatrix::from_csr(csr).by_columns(); });
        const at::Tensor row = at::repeat_interleave(at::arange(rows), csr.row_ptr.diff());
        const at::Tensor order = at::argsort(csr.columns.to(at::kLong) * (rows + 1) + row);
        CHECK(got.order.equal(order));
        CHECK(got.rows.equal(row.index_select(0, order).to(at::kInt)));
        const at::Tensor counts = at::bincount(csr.columns.to(at::kLong), {}, columns);
        CHECK(got.column_ptr.equal(at::cat({at::zeros({1}, at::kLong), counts.cumsum(0)})));
      }
}
