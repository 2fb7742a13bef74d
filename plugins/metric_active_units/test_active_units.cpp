// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

#include "active_units.hpp"
#include "scprior/testing/fixed_evaluation.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

MetricResult evaluate(const at::Tensor& mean, const at::Tensor& sample, double threshold = 0.01) {
  ActiveUnits metric(Options::resolve(ActiveUnits::options(), {{"threshold", threshold}}));
  return metric.evaluate(testing::FixedEvaluation({.latent_mean = mean, .latent_sample = sample}));
}

/// Three units over four cells, with the variances 5/3, 1/12 and 0.
at::Tensor three_units() {
  return at::tensor({0.0f, 0.5f, 0.1f, 1.0f, 0.0f, 0.1f, 2.0f, 0.5f, 0.1f, 3.0f, 0.0f, 0.1f}).reshape({4, 3});
}

}  // namespace

TEST_CASE("a unit is active if its mean varies by more than the threshold", "[active_units]") {
  const MetricResult at_default = evaluate(three_units(), three_units());
  REQUIRE(at_default.values[0].name == "");
  REQUIRE(at_default.values[0].value == 2);
  REQUIRE(at_default.values[1].name == "share");
  REQUIRE_THAT(at_default.values[1].value, WithinRel(2.0 / 3, 1e-15));
  REQUIRE(evaluate(three_units(), three_units(), 0.084).values[0].value == 1);
  REQUIRE(evaluate(three_units(), three_units(), 0.083).values[0].value == 2);
  REQUIRE(evaluate(three_units(), three_units(), 2).values[0].value == 0);
}

TEST_CASE("variances come in descending order with divisor N - 1", "[active_units]") {
  const MetricArray variances = evaluate(three_units(), three_units()).arrays.at(0);
  REQUIRE(variances.values.scalar_type() == at::kDouble);
  REQUIRE_THAT(variances.values[0].item<double>(), WithinRel(5.0 / 3, 1e-15));
  REQUIRE_THAT(variances.values[1].item<double>(), WithinRel(1.0 / 12, 1e-15));
  REQUIRE(variances.values[2].item<double>() == 0);
}

TEST_CASE("a unit that is the same in all cells is inactive at any threshold and size", "[active_units]") {
  const at::Tensor constant = at::full({20000, 2}, 12345.678f);
  REQUIRE(evaluate(constant, constant, 0).values[0].value == 0);
}

TEST_CASE("a collapsed unit counts among the sampled ones only", "[active_units]") {
  at::Generator generator = at::detail::createCPUGenerator(1);
  const at::Tensor mean = at::zeros({500, 3});
  const MetricResult result = evaluate(mean, at::randn({500, 3}, generator));
  REQUIRE(result.values[0].value == 0);
  REQUIRE(result.values[2].name == "sampled");
  REQUIRE(result.values[2].value == 3);
  REQUIRE_THAT(result.values[2].note, ContainsSubstring("inflated"));
}

TEST_CASE("one cell has no variance", "[active_units]") {
  for (const MetricValue& value : evaluate(at::zeros({1, 3}), at::zeros({1, 3})).values) {
    REQUIRE(std::isnan(value.value));
    REQUIRE_FALSE(value.note.empty());
  }
}

TEST_CASE("a latent mean that is not finite is refused with its cell and unit", "[active_units]") {
  const at::Tensor broken = three_units().clone();
  broken[2][1] = std::numeric_limits<float>::quiet_NaN();
  REQUIRE_THROWS_WITH(evaluate(broken, three_units()), ContainsSubstring("latent mean of cell 2 is nan in unit 1"));
  broken[2][1] = std::numeric_limits<float>::infinity();
  REQUIRE_THROWS_WITH(evaluate(three_units(), broken), ContainsSubstring("latent sample of cell 2 is inf in unit 1"));
}

TEST_CASE("a negative threshold is refused", "[active_units]") {
  REQUIRE_THROWS_AS(Options::resolve(ActiveUnits::options(), {{"threshold", -0.1}}), Error);
}
