// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

#include "latent_covariance.hpp"
#include "scprior/testing/fixed_evaluation.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

MetricResult evaluate(const at::Tensor& latent) {
  return LatentCovariance().evaluate(testing::FixedEvaluation({.latent_mean = latent}));
}

at::Tensor cells(std::vector<double> values, int64_t units) {
  return at::tensor(values, at::kDouble).reshape({-1, units});
}

}  // namespace

TEST_CASE("two units have the covariance and the shares worked out by hand", "[latent_covariance]") {
  // Deviations (-1, -2), (0, 2), (1, 0): variances 1 and 4, covariance 1, correlation 1/2.
  const MetricResult result = evaluate(cells({9, 98, 10, 102, 11, 100}, 2));
  REQUIRE(at::allclose(result.arrays.at(0).values, cells({1, 1, 1, 4}, 2), 1e-14, 1e-14));
  REQUIRE(result.arrays.at(0).values.scalar_type() == at::kDouble);
  REQUIRE_THAT(result.values[0].value, WithinRel(2.0 / 7, 1e-14));
  REQUIRE(result.values[1].name == "correlation");
  REQUIRE_THAT(result.values[1].value, WithinRel(1.0 / 3, 1e-14));
}

TEST_CASE("independent units have nothing off the diagonal", "[latent_covariance]") {
  const MetricResult result = evaluate(cells({1, 1, 1, -1, -1, 1, -1, -1}, 2));
  REQUIRE(result.values[0].value == 0);
  REQUIRE(result.values[1].value == 0);
  REQUIRE(evaluate(cells({1, 2, 4}, 1)).values[0].value == 0);
}

TEST_CASE("constant units are left out of the correlation", "[latent_covariance]") {
  const MetricResult result = evaluate(cells({9, 0.1, 98, 10, 0.1, 102, 11, 0.1, 100}, 3));
  REQUIRE_THAT(result.values[0].value, WithinRel(2.0 / 7, 1e-14));
  REQUIRE_THAT(result.values[1].value, WithinRel(1.0 / 3, 1e-14));
  REQUIRE_THAT(result.values[1].note, ContainsSubstring("without 1 unit"));
}

TEST_CASE("shares are undefined where nothing varies", "[latent_covariance]") {
  const MetricResult constant = evaluate(at::full({7, 3}, 0.1f));
  REQUIRE(std::isnan(constant.values[0].value));
  REQUIRE_FALSE(constant.values[0].note.empty());
  REQUIRE(at::equal(constant.arrays.at(0).values, at::zeros({3, 3}, at::kDouble)));

  const MetricResult single = evaluate(at::zeros({1, 3}));
  REQUIRE(std::isnan(single.values[1].value));
  REQUIRE(single.arrays.empty());
}

TEST_CASE("a latent mean that is not finite is refused with its cell", "[latent_covariance]") {
  const at::Tensor broken = at::zeros({5, 2});
  broken[4][1] = std::numeric_limits<float>::infinity();
  REQUIRE_THROWS_WITH(evaluate(broken), ContainsSubstring("cell 4 is inf in unit 1"));
}
