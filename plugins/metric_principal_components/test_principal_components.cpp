// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

#include "principal_components.hpp"
#include "scprior/testing/fixed_evaluation.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;

namespace {

MetricResult evaluate(const at::Tensor& latent, double share = 0.95) {
  PrincipalComponents metric(Options::resolve(PrincipalComponents::options(), {{"share", share}}));
  return metric.evaluate(testing::FixedEvaluation({.latent_mean = latent}));
}

/// Cells ± s_d on axis d, hence exactly uncorrelated units with variances in proportion to s_d².
at::Tensor axes(const at::Tensor& variances) {
  const at::Tensor half = at::diag(variances.sqrt());
  return at::cat({half, -half});
}

/// A random rotation of D units.
at::Tensor rotation(int64_t d) {
  at::Generator generator = at::detail::createCPUGenerator(11);
  return std::get<0>(at::linalg_qr(at::randn({d, d}, generator, at::kDouble)));
}

}  // namespace

TEST_CASE("the smallest number of components that reaches the share is reported", "[principal_components]") {
  const at::Tensor variances = at::tensor({60.0, 30.0, 6.0, 3.5, 0.5}, at::kDouble);
  for (const at::Tensor& latent : {axes(variances), axes(variances).mm(rotation(5)) + 100}) {
    REQUIRE(evaluate(latent).values[0].value == 3);
    REQUIRE(evaluate(latent).values[1].name == "99");
    REQUIRE(evaluate(latent).values[1].value == 4);
    REQUIRE(evaluate(latent, 0.5).values[0].value == 1);
    REQUIRE(evaluate(latent, 0.61).values[0].value == 2);
    REQUIRE(evaluate(latent, 0.999).values[0].value == 5);
    const at::Tensor cumulative = at::tensor({0.6, 0.9, 0.96, 0.995, 1.0}, at::kDouble);
    REQUIRE(at::allclose(evaluate(latent).arrays.at(0).values, cumulative, 1e-12, 1e-12));
  }
}

TEST_CASE("rounding does not decide between equal components", "[principal_components]") {
  // 19 of 20 equal components are 95 % exactly.
  const at::Tensor latent = axes(at::full({20}, 0.3, at::kDouble));
  REQUIRE(evaluate(latent).values[0].value == 19);
  REQUIRE(evaluate(latent.mm(rotation(20))).values[0].value == 19);
}

TEST_CASE("more units than cells is no obstacle", "[principal_components]") {
  at::Generator generator = at::detail::createCPUGenerator(2);
  const MetricResult result = evaluate(at::randn({4, 50}, generator), 0.9999);
  REQUIRE(result.values[0].value == 3);
  REQUIRE(result.arrays.at(0).values.numel() == 50);
}

TEST_CASE("components are undefined where nothing varies", "[principal_components]") {
  for (const at::Tensor& latent : {at::full({7, 3}, 0.1f), at::zeros({1, 3})}) {
    const MetricResult result = evaluate(latent);
    REQUIRE(std::isnan(result.values[0].value));
    REQUIRE(std::isnan(result.values[1].value));
    REQUIRE_FALSE(result.values[0].note.empty());
  }
}

TEST_CASE("a latent mean that is not finite is refused with its cell", "[principal_components]") {
  const at::Tensor broken = at::zeros({5, 2});
  broken[3][0] = std::numeric_limits<float>::quiet_NaN();
  REQUIRE_THROWS_WITH(evaluate(broken), ContainsSubstring("cell 3 is nan in unit 0"));
}

TEST_CASE("a share of nothing or of everything is refused", "[principal_components]") {
  REQUIRE_THROWS_AS(Options::resolve(PrincipalComponents::options(), {{"share", 0.0}}), Error);
  REQUIRE_THROWS_AS(Options::resolve(PrincipalComponents::options(), {{"share", 1.0}}), Error);
}
