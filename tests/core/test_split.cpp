// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <set>

#include "fake_loader.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace scprior::core::test;
using Catch::Matchers::ContainsSubstring;

namespace {

using Rows = std::vector<int64_t>;
using Texts = std::vector<std::string>;

Dataset cells(int64_t n) {
  Dataset data;
  data.info.n_cells = n;
  return data;
}

/// 5 donors with 4 cells each, in turn.
Dataset donors() {
  Dataset data = cells(20);
  Categories donor{{}, {"d0", "d1", "d2", "d3", "d4"}};
  for (int32_t row = 0; row < 20; ++row) donor.codes.push_back(row % 5);
  data.info.cells.push_back({"donor", donor});
  return data;
}

Rows everything(const Split& split) {
  Rows rows = split.train;
  rows.insert(rows.end(), split.validation.begin(), split.validation.end());
  rows.insert(rows.end(), split.test.begin(), split.test.end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

TEST_CASE("a seed draws the same cells on every machine", "[split]") {  // numbers from split_reference.py
  const Split split = split_cells(cells(30), {.test = 0.1, .validation = 0.2}, 7);
  CHECK(split.test == Rows{2, 26, 27});
  CHECK(split.validation == Rows{4, 11, 14, 17, 19, 21});
  CHECK(split_cells(cells(30), {.test = 0.1, .validation = 0.2, .seed = 7}, 99).test == split.test);
  CHECK(split_cells(cells(30), {.test = 0.1, .validation = 0.2}, 8).test != split.test);
}

TEST_CASE("the parts have the rounded sizes, ascend, and together are all cells", "[split]") {
  for (const int64_t n : {10, 14, 15, 1937}) {
    const Split split = split_cells(cells(n), {}, 1);
    const size_t part = static_cast<size_t>((n + 5) / 10);
    CHECK(split.test.size() == part);
    CHECK(split.validation.size() == part);
    for (const Rows* rows : {&split.train, &split.validation, &split.test})
      CHECK(std::is_sorted(rows->begin(), rows->end()));
    Rows all(n);
    for (int64_t row = 0; row < n; ++row) all[row] = row;
    CHECK(everything(split) == all);
  }
  CHECK(split_cells(cells(2), {.test = 0, .validation = 0}, 1).train == Rows{0, 1});
}

TEST_CASE("every cell is held out about equally often", "[split]") {
  std::vector<int> times(20, 0);
  for (int64_t seed = 0; seed < 2000; ++seed)
    for (const int64_t row : split_cells(cells(20), {.test = 0.25, .validation = 0}, seed).test) ++times[row];
  // Binomial(2000, 0.25): mean 500, standard deviation 19.4; five of them on either side.
  for (const int n : times) CHECK(std::abs(n - 500) < 97);
}

TEST_CASE("groups are held out whole", "[split]") {  // order of the groups from split_reference.py: 0 4 1 3 2
  const Split split = split_cells(donors(), {.test = 0.2, .validation = 0.3, .group = "donor"}, 3);
  CHECK(split.test == Rows{0, 5, 10, 15});
  CHECK(split.validation == Rows{1, 4, 6, 9, 11, 14, 16, 19});
  CHECK(split.train.size() == 8);

  Dataset missing = donors();
  std::get<Categories>(missing.info.cells[0].values).codes = std::vector<int32_t>(20, -1);
  for (const int64_t row : {3, 4, 5}) std::get<Categories>(missing.info.cells[0].values).codes[row] = 0;
  const Split two = split_cells(missing, {.test = 0.05, .validation = 0, .group = "donor"}, 1);
  CHECK((two.test == Rows{3, 4, 5} || two.train == Rows{3, 4, 5}));
}

TEST_CASE("splits that leave a part empty are refused", "[split]") {
  CHECK_THAT(error_of(Status::data, [] { split_cells(cells(4), {}, 1); }),
             ContainsSubstring("the test part would be empty: 4 cells"));
  CHECK_THAT(error_of(Status::data, [] { split_cells(cells(1), {}, 1); }), ContainsSubstring("1 cell, split.test"));
  CHECK_THAT(error_of(Status::data, [] { split_cells(cells(1), {.test = 0, .validation = 0}, 1); }),
             ContainsSubstring("only 1 of 1 cell would be left for training"));
  CHECK_THAT(error_of(Status::data, [] { split_cells(cells(5), {.test = 0.4, .validation = 0.4}, 1); }),
             ContainsSubstring("at least 2 cells are needed"));
  CHECK_THAT(
      error_of(Status::data, [] { split_cells(donors(), {.test = 0.5, .validation = 0.4, .group = "donor"}, 1); }),
      ContainsSubstring("5 groups of column donor (20 cells)"));
}

TEST_CASE("impossible shares and unknown groups are refused", "[split]") {
  error_of(Status::config, [] { split_cells(cells(10), {.test = 1}, 1); });
  error_of(Status::config, [] { split_cells(cells(10), {.validation = -0.1}, 1); });
  error_of(Status::config, [] { split_cells(cells(10), {.test = 0.5, .validation = 0.5}, 1); });
  CHECK_THAT(error_of(Status::config, [] { split_cells(donors(), {.group = "doner"}, 1); }),
             ContainsSubstring("split.group: the table of cells has no column \"doner\"; nearest is \"donor\""));
}
