// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "scprior/error.hpp"
#include "scprior/two_levels.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;

namespace {

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, double sd = 1) {
  return at::empty(shape, at::kDouble).normal_(0, sd, at::detail::createCPUGenerator(seed));
}

void expect_refused(int64_t top, int64_t latent, const std::string& text) {
  try {
    nn::top_units({.top = top}, latent);
    FAIL("no error");
  } catch (const Error& error) {
    REQUIRE(error.status() == Status::config);
    REQUIRE_THAT(error.what(), ContainsSubstring(text));
  }
}

}  // namespace

TEST_CASE("half of the latent units are the upper level, rounded down, unless top says otherwise", "[nn][levels]") {
  REQUIRE(nn::top_units({}, 128) == 64);
  REQUIRE(nn::top_units({}, 5) == 2);
  REQUIRE(nn::top_units({}, 3) == 1);
  REQUIRE(nn::top_units({}, 2) == 1);
  REQUIRE(nn::top_units({.top = 4}, 5) == 4);
}

TEST_CASE("a level without units is refused", "[nn][levels]") {
  expect_refused(0, 1, "latent = 1: two levels need at least 2 latent units");
  expect_refused(1, 1, "latent = 1: two levels need at least 2 latent units");
  expect_refused(5, 5, "top = 5 of 5 latent units");
  expect_refused(7, 5, "must be from 1 to 4");
}

TEST_CASE("the options of the levels are read as they are declared", "[nn][levels]") {
  const nn::TwoLevelOptions defaults, resolved = nn::two_level_options(Options::resolve(nn::two_level_rows(), {}));
  REQUIRE(resolved.top == defaults.top);
  REQUIRE(resolved.hidden == defaults.hidden);
  REQUIRE(resolved.activation == defaults.activation);
  REQUIRE(resolved.log_scale_bound == defaults.log_scale_bound);
  const nn::TwoLevelOptions given =
      nn::two_level_options(Options::resolve(nn::two_level_rows(), {{"top", int64_t{3}},
                                                                    {"hidden", std::vector<int64_t>{}},
                                                                    {"activation", std::string("elu")},
                                                                    {"log_scale_bound", 0.5}}));
  REQUIRE(given.top == 3);
  REQUIRE(given.hidden.empty());
  REQUIRE(given.activation == "elu");
  REQUIRE(given.log_scale_bound == 0.5);
  REQUIRE_THROWS_AS(Options::resolve(nn::two_level_rows(), {{"log_scale_bound", 0.0}}), Error);
  REQUIRE_THROWS_AS(Options::resolve(nn::two_level_rows(), {{"log_scale_bound", 21.0}}), Error);
}

TEST_CASE("the network between the levels starts near 0 but not at 0", "[nn][levels]") {
  for (const std::vector<int64_t>& hidden : {std::vector<int64_t>{128}, std::vector<int64_t>{}}) {
    nn::BetweenLevels between({.hidden = hidden}, 12, 5, at::detail::createCPUGenerator(1));
    between.to(at::kDouble);
    const auto [shift, log_scale] = between.forward(normal({3, 40, 6}, 2), normal({3, 40, 5}, 3));
    for (const at::Tensor& output : {shift, log_scale}) {
      REQUIRE(output.sizes() == at::IntArrayRef({3, 40, 6}));
      REQUIRE(output.abs().max().item<double>() < 0.1);
      REQUIRE((output != 0).all().item<bool>());
    }
  }
}

TEST_CASE("the bound of the logarithmic scale is kept far from the origin, for every activation", "[nn][levels]") {
  for (const std::string& activation : nn::activation_names()) {
    nn::BetweenLevels between({.hidden = {16}, .activation = activation, .log_scale_bound = 2}, 6, 0,
                              at::detail::createCPUGenerator(1));
    between.to(at::kDouble);
    const at::NoGradGuard no_grad;
    for (const auto& entry : between.entries()) entry.tensor->normal_(0, 3, at::detail::createCPUGenerator(4));
    const auto [shift, log_scale] = between.forward(normal({50, 3}, 2, 1e3), {});
    REQUIRE(at::isfinite(shift).all().item<bool>());
    REQUIRE(log_scale.abs().max().item<double>() <= 2);
    REQUIRE(log_scale.abs().max().item<double>() > 1.9);
  }
}

TEST_CASE("near 0 the bound of the logarithmic scale changes nothing", "[nn][levels]") {
  nn::BetweenLevels between({.hidden = {}, .log_scale_bound = 2}, 6, 0, at::detail::createCPUGenerator(1));
  between.to(at::kDouble);
  const at::Tensor z2 = normal({50, 3}, 2, 1e-2);
  const at::Tensor weight = between.parameters()[0].detach().narrow(0, 3, 3);  // the rows of r
  REQUIRE(at::allclose(between.forward(z2, {}).log_scale, at::matmul(z2, weight.t()), 1e-6, 0));
}
