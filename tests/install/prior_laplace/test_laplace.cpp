// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "laplace.hpp"
#include "scprior/error.hpp"

using Catch::Matchers::WithinAbs;

TEST_CASE("the density integrates to one", "[laplace]") {
  LaplacePrior prior(scprior::Options::resolve(LaplacePrior::options(), {{"scale", 0.5}}));
  const at::Tensor z = at::linspace(-20, 20, 400001, at::kDouble).reshape({1, -1, 1});
  const double integral = prior.log_prob(z).exp().sum().item<double>() * 1e-4;
  REQUIRE_THAT(integral, WithinAbs(1.0, 1e-6));
}

TEST_CASE("draws have the mean size that the scale says", "[laplace]") {
  LaplacePrior prior(scprior::Options::resolve(LaplacePrior::options(), {{"scale", 2.0}}));
  prior.build({.latent = 3}, at::detail::createCPUGenerator(1));
  const at::Tensor draws = prior.sample(100000, at::detail::createCPUGenerator(2));
  REQUIRE(draws.sizes() == at::IntArrayRef({100000, 3}));
  REQUIRE_THAT(draws.abs().mean().item<double>(), WithinAbs(2.0, 0.02));  // its standard error is 0.004
}

TEST_CASE("a scale that is not positive is refused", "[laplace]") {
  REQUIRE_THROWS_AS(scprior::Options::resolve(LaplacePrior::options(), {{"scale", 0.0}}), scprior::Error);
}
