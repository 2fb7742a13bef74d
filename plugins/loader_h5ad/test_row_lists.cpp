// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include "row_lists.hpp"

using namespace scprior::h5ad;

TEMPLATE_TEST_CASE("rows keep what was appended to them, in its order", "[row_lists]", Entry, ShortEntry) {
  constexpr int64_t n_rows = 700, n_entries = 2'000'000;  // more lines than are taken at once
  RowLists<TestType> lists(n_rows);
  std::vector<std::vector<int32_t>> columns(n_rows);
  std::vector<std::vector<float>> values(n_rows);
  uint32_t state = 7;
  for (int64_t i = 0; i < n_entries; ++i) {
    state = state * 1664525 + 1013904223;
    const size_t row = (state >> 16) % (n_rows - 1);  // the last row stays empty
    const auto column = static_cast<uint16_t>(i % 65536), value = static_cast<uint16_t>(state >> 16);
    lists.append(static_cast<int64_t>(row), {column, static_cast<decltype(TestType::value)>(value)});
    columns[row].push_back(column);
    values[row].push_back(value);
  }
  for (int64_t i = 0; i < 3; ++i) {  // and one that has less than a line
    lists.append(n_rows - 2, {9, 8});
    columns[n_rows - 2].push_back(9);
    values[n_rows - 2].push_back(8);
  }
  lists.finish();
  for (int64_t row = 0; row < n_rows; ++row) {
    REQUIRE(lists.length(row) == static_cast<int64_t>(columns[row].size()));
    std::vector<int32_t> read_columns(columns[row].size());
    std::vector<float> read_values(columns[row].size());
    lists.copy(row, read_columns.data(), read_values.data());
    REQUIRE(read_columns == columns[row]);
    REQUIRE(read_values == values[row]);
  }
}
