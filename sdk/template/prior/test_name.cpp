// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <memory>

#include "@name@.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;

namespace {

/// A prior of scale 2.
std::unique_ptr<@Name@Prior> make(int64_t n_latent) {
  auto prior = std::make_unique<@Name@Prior>(Options::resolve(@Name@Prior::options(), {{"scale", 2.0}}));
  prior->build({.latent = n_latent}, at::detail::createCPUGenerator(1));
  prior->to(at::kDouble);
  return prior;
}

}  // namespace

TEST_CASE("the density integrates to one", "[prior]") {
  const at::Tensor z = at::linspace(-30, 30, 60001, at::kDouble).reshape({1, -1, 1});
  CHECK_THAT(make(1)->log_prob(z).exp().sum().item<double>() * 1e-3, WithinAbs(1, 1e-9));
}

TEST_CASE("draws have the mean and the scale of the prior", "[prior]") {
  const at::Tensor z = make(3)->sample(100000, at::detail::createCPUGenerator(2));
  CHECK(z.sizes() == at::IntArrayRef({100000, 3}));
  CHECK(z.mean(0).abs().max().item<double>() < 4 * 2 / std::sqrt(1e5));
  CHECK((z.square().mean(0) - 4).abs().max().item<double>() < 4 * 4 * std::sqrt(2 / 1e5));
}

TEST_CASE("the divergence is zero from itself and 1/8 a unit of distance away", "[prior]") {
  const at::Tensor log_var = at::full({1, 3}, 2 * std::log(2.0), at::kDouble);
  at::Tensor mean = at::zeros({1, 3}, at::kDouble);
  CHECK_THAT(make(3)->kl({mean, log_var, {}})->item<double>(), WithinAbs(0, 1e-6));
  mean[0][1] = 1;  // (1 / scale)^2 / 2
  CHECK_THAT(make(3)->kl({mean, log_var, {}})->item<double>(), WithinAbs(0.125, 1e-6));
}

TEST_CASE("a scale of 0 and points of another width are refused", "[prior]") {
  CHECK_THROWS_AS(Options::resolve(@Name@Prior::options(), {{"scale", 0.0}}), Error);
  CHECK_THROWS_AS(make(3)->log_prob(at::zeros({1, 1, 2})), Error);
}
