// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "simulate.hpp"

using namespace scprior::bench;
using Catch::Matchers::WithinRel;

// References: 1000 cells of the same recipe drawn with NumPy (gamma, then Poisson, at every entry): 1403 genes a cell,
// median library 2476, 70.4 % of the counts 1, 97.8 % at most 8.
TEST_CASE("simulated cells are those of the recipe", "[simulate]") {
  const int64_t n_cells = 1000, n_genes = 20000;
  const SimulatedCells cells = simulate_cells(n_cells, n_genes);
  const auto& [row_ptr, columns, values] = cells.counts;
  REQUIRE(row_ptr.size() == n_cells + 1);
  REQUIRE(row_ptr.back() == static_cast<int64_t>(columns.size()));
  const double n = static_cast<double>(columns.size());
  CHECK_THAT(n / n_cells, WithinRel(1403.0, 0.05));

  std::vector<double> libraries;
  for (int64_t row = 0; row < n_cells; ++row) {
    const auto begin = columns.begin() + row_ptr[row], end = columns.begin() + row_ptr[row + 1];
    CHECK(std::adjacent_find(begin, end, std::greater_equal<>()) == end);
    double sum = 0;
    for (int64_t e = row_ptr[row]; e < row_ptr[row + 1]; ++e) sum += values[e];
    libraries.push_back(sum);
  }
  std::nth_element(libraries.begin(), libraries.begin() + n_cells / 2, libraries.end());
  CHECK_THAT(libraries[n_cells / 2], WithinRel(2476.0, 0.05));
  const auto share = [&](float most) {
    return static_cast<double>(std::count_if(values.begin(), values.end(), [&](float x) { return x <= most; })) / n;
  };
  CHECK_THAT(share(1), WithinRel(0.704, 0.03));
  CHECK_THAT(share(8), WithinRel(0.978, 0.01));
  CHECK(*std::min_element(values.begin(), values.end()) == 1);
  CHECK(*std::max_element(cells.clusters.begin(), cells.clusters.end()) == 11);
}

TEST_CASE("simulated cells are the same in every run", "[simulate]") {
  const SimulatedCells one = simulate_cells(700, 300), two = simulate_cells(700, 300);
  CHECK(one.counts.columns == two.counts.columns);
  CHECK(one.counts.values == two.counts.values);
  CHECK(one.clusters == two.clusters);
}
