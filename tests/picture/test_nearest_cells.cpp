// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "report/nearest_cells.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior::core;
using Catch::Matchers::WithinRel;
using scprior::testing::with_threads;

namespace {

at::Tensor random_cells(int64_t n, int64_t units) {
  return at::randn({n, units}, at::detail::createCPUGenerator(9), at::TensorOptions(at::kFloat));
}

/// The same from the differences of all pairs, in float64.
Neighbours by_differences(const at::Tensor& latent, int64_t k) {
  const at::Tensor x = latent.to(at::kDouble);
  Neighbours all;
  for (int64_t cell = 0; cell < x.size(0); ++cell) {
    const at::Tensor distances = (x - x[cell]).square().sum(1).sqrt();
    distances[cell] = INFINITY;
    const auto [nearest, order] = distances.sort(/*stable=*/true, 0, false);
    all.emplace_back();
    for (int64_t i = 0; i < k; ++i)
      all.back().emplace_back(order[i].item<int>(), static_cast<float>(nearest[i].item<double>()));
  }
  return all;
}

bool agree(const Neighbours& found, const Neighbours& wanted, double tolerance) {
  if (found.size() != wanted.size()) return false;
  for (size_t cell = 0; cell < found.size(); ++cell) {
    if (found[cell].size() != wanted[cell].size()) return false;
    for (size_t i = 0; i < found[cell].size(); ++i) {
      const auto [found_cell, found_distance] = found[cell][i];
      const auto [wanted_cell, wanted_distance] = wanted[cell][i];
      if (found_cell != wanted_cell) return false;
      if (std::abs(found_distance - wanted_distance) > tolerance * wanted_distance) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("nearest cells equal those from all differences, whatever the number of blocks", "[picture]") {
  for (const int64_t n : {2, 16, 511, 512, 513, 1100, 1600, 2100}) {
    CAPTURE(n);
    const at::Tensor cells = random_cells(n, 7);
    const int64_t k = std::min<int64_t>(15, n - 1);
    REQUIRE(agree(nearest_cells(cells, k), by_differences(cells, k), 1e-6));
  }
}

TEST_CASE("nearest cells are right far from the origin", "[picture]") {
  // Two narrow clumps: between neighbours, products of float32 would keep no digit.
  const at::Tensor cells = random_cells(700, 5) * 0.01;
  cells.slice(0, 0, 350).add_(100);
  cells.slice(0, 350, 700).sub_(100);
  REQUIRE(agree(nearest_cells(cells, 6), by_differences(cells, 6), 1e-6));
}

TEST_CASE("of cells at the same place those in front are nearest, at distance zero", "[picture]") {
  const at::Tensor cells = random_cells(1, 30).expand({600, 30}).contiguous();
  const Neighbours neighbours = nearest_cells(cells, 3);
  using List = std::vector<std::pair<int, float>>;
  REQUIRE(neighbours[0] == List{{1, 0.0f}, {2, 0.0f}, {3, 0.0f}});
  REQUIRE(neighbours[1] == List{{0, 0.0f}, {2, 0.0f}, {3, 0.0f}});
  REQUIRE(neighbours[599] == List{{0, 0.0f}, {1, 0.0f}, {2, 0.0f}});
}

TEST_CASE("nearest cells do not depend on the number of threads", "[picture]") {
  const at::Tensor cells = random_cells(2200, 16);
  const auto find = [&] { return nearest_cells(cells, 15); };
  REQUIRE(with_threads(1, find) == with_threads(3, find));
}

TEST_CASE("the graph search finds nearly all nearest cells, at their distances", "[picture]") {
  const at::Tensor cells = random_cells(3000, 20);
  const Neighbours near = nearly_nearest_cells(cells, 15), exact = nearest_cells(cells, 15);
  int64_t found = 0;
  for (size_t cell = 0; cell < near.size(); ++cell) {
    REQUIRE(near[cell].size() == 15);
    for (const auto& [other, distance] : near[cell]) {
      REQUIRE_THAT(distance, WithinRel(at::norm(cells[cell] - cells[other]).item<float>(), 1e-5f));
      const auto same = [&, other = other](const auto& entry) { return entry.first == other; };
      found += std::any_of(exact[cell].begin(), exact[cell].end(), same);
    }
  }
  REQUIRE(static_cast<double>(found) > 0.9 * 15 * 3000);
  const auto find = [&] { return nearly_nearest_cells(cells, 15); };
  REQUIRE(with_threads(1, find) == with_threads(3, find));
}
