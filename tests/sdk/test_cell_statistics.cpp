// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <limits>

#include "scprior/cell_statistics.hpp"
#include "scprior/error.hpp"
#include "scprior/testing/fixed_evaluation.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("covariance and variance equal LibTorch's in double, over several blocks of cells", "[cell_statistics]") {
  at::Generator generator = at::detail::createCPUGenerator(3);
  for (const int64_t n : {2, 8192, 20001}) {
    const at::Tensor cells = at::randn({n, 6}, generator) * at::arange(1, 7);
    const at::Tensor expected = at::cov(cells.to(at::kDouble).t());
    REQUIRE(at::allclose(covariance(cells), expected, 1e-10, 1e-10));
    REQUIRE(at::allclose(variance(cells), expected.diagonal(), 1e-10, 0));
    REQUIRE(at::equal(covariance(cells), covariance(cells).t()));
  }
}

TEST_CASE("a variance far from the origin keeps its digits, and that of a constant is zero", "[cell_statistics]") {
  const at::Tensor wobble = at::tensor({1.0f, -1.0f}).repeat({5000});  // [10000], variance 10000 / 9999
  const at::Tensor cells = at::stack({wobble + 1e6f, at::full({10000}, 0.1f), wobble}, 1);
  const at::Tensor expected = at::tensor({10000.0 / 9999, 0.0, 10000.0 / 9999}, at::kDouble);
  REQUIRE(at::allclose(variance(cells), expected, 1e-12, 0));
  REQUIRE(at::allclose(covariance(cells).diagonal(), expected, 1e-12, 0));
}

TEST_CASE("one cell has no covariance", "[cell_statistics]") {
  REQUIRE_THROWS_WITH(covariance(at::zeros({1, 3})), ContainsSubstring("at least 2 cells, got 1"));
  REQUIRE_THROWS_AS(variance(at::zeros({3})), Error);
}

TEST_CASE("values that are not finite are refused with the first cell and their number", "[cell_statistics]") {
  const at::Tensor values = at::zeros({4, 3});
  REQUIRE_NOTHROW(check_finite_cells("the latent mean", values));
  REQUIRE_NOTHROW(check_finite_cells("the latent mean", at::zeros({0, 3})));
  values[2][1] = -std::numeric_limits<float>::infinity();
  values[3][0] = std::numeric_limits<float>::quiet_NaN();
  REQUIRE_THROWS_WITH(check_finite_cells("the latent mean", values),
                      ContainsSubstring("the latent mean of cell 2 is -inf in unit 1") && ContainsSubstring("2 of 12"));
  REQUIRE_THROWS_WITH(check_finite_cells("the library", values.select(1, 0)),
                      ContainsSubstring("the library of cell 3 is nan"));
}

TEST_CASE("a fixed evaluation refuses what it was not given", "[testing]") {
  const testing::FixedEvaluation evaluation({.latent_mean = at::zeros({4, 3})});
  REQUIRE(evaluation.n_cells() == 4);
  REQUIRE(evaluation.labels() == nullptr);
  REQUIRE_FALSE(evaluation.has_prior());
  REQUIRE_THROWS_WITH(evaluation.library(), ContainsSubstring("library"));
  REQUIRE_THROWS_AS(evaluation.prior_samples(1), Error);
  REQUIRE_THROWS_AS(testing::FixedEvaluation({.prior_samples = at::zeros({2, 3})}).prior_samples(3), Error);
}
