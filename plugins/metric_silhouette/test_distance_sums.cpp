// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

#include "distance_sums.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;

namespace {

/// The same from the differences of all pairs, one group after the other.
at::Tensor by_differences(const at::Tensor& points, const std::vector<int64_t>& starts) {
  std::vector<at::Tensor> sums;
  for (size_t g = 0; g + 1 < starts.size(); ++g) {
    const at::Tensor group = points.slice(0, starts[g], starts[g + 1]);
    sums.push_back((points.unsqueeze(1) - group.unsqueeze(0)).square().sum(2).sqrt().sum(1));
  }
  return at::stack(sums, 1);
}

constexpr int64_t all_kept = int64_t{1} << 40, none_kept = 0;

at::Tensor sums_of(const at::Tensor& points, const std::vector<int64_t>& starts, int64_t most_sums = all_kept) {
  std::vector<at::Tensor> parts;
  int64_t n = 0;
  distance_sums(
      points, starts,
      [&](int64_t first, const at::Tensor& sums) {
        REQUIRE(first == n);
        n += sums.size(0);
        parts.push_back(sums.clone());
      },
      most_sums);
  REQUIRE((most_sums == all_kept ? parts.size() == 1 : parts.size() == static_cast<size_t>((n + 511) / 512)));
  return at::cat(parts);
}

at::Tensor points(int64_t n, int64_t dims) {
  at::Generator generator = at::detail::createCPUGenerator(9);
  return at::randn({n, dims}, generator, at::kDouble);
}

}  // namespace

TEST_CASE("distance sums equal those from all differences, whatever the borders of tiles", "[silhouette]") {
  for (const int64_t n : {2, 511, 512, 513, 1300}) {
    for (const std::vector<int64_t>& starts : {std::vector<int64_t>{0, 1, n}, {0, n / 2, n - 1, n}}) {
      CAPTURE(n, starts.size());
      const at::Tensor x = points(n, 7);
      REQUIRE(at::allclose(sums_of(x, starts), by_differences(x, starts), 1e-10, 0));
      REQUIRE(at::allclose(sums_of(x, starts, none_kept), by_differences(x, starts), 1e-10, 0));
    }
  }
}

TEST_CASE("distances between near points far from the origin do not cancel", "[silhouette]") {
  // Two narrow clumps around ±1000: the products alone leave four right digits of the wider, and none of the other.
  for (const double width : {1e-3, 1e-5}) {
    const at::Tensor x = points(600, 5) * width;
    x.slice(0, 0, 300).add_(1000);
    x.slice(0, 300, 600).sub_(1000);
    const std::vector<int64_t> starts = {0, 300, 600};
    // Centring rounds at 1e-13.
    REQUIRE(at::allclose(sums_of(x, starts), by_differences(x, starts), 1e-7, 0));
  }
}

TEST_CASE("identical points are at distance zero exactly", "[silhouette]") {
  const at::Tensor x = points(1, 30).expand({700, 30}).contiguous();
  REQUIRE(at::equal(sums_of(x, {0, 200, 700}), at::zeros({700, 2}, at::kDouble)));
}

TEST_CASE("distance sums do not depend on the number of threads", "[silhouette]") {
  const at::Tensor x = points(1500, 16);
  const auto sums = [&] { return sums_of(x, {0, 100, 1500}); };
  REQUIRE(at::equal(testing::with_threads(1, sums), testing::with_threads(3, sums)));
}
