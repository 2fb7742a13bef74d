// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "scprior/error.hpp"
#include "standard_normal.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;

TEST_CASE("the standard normal prior gives the normal log-density of every sample", "[prior][standard_normal]") {
  StandardNormalPrior prior;
  prior.build({.latent = 2}, at::detail::createCPUGenerator(1));
  const at::Tensor z = at::tensor({0.0, 0.0, 1.0, -2.0, 0.5, 3.0}, at::kDouble).view({3, 1, 2});
  const at::Tensor log_prob = prior.log_prob(z);
  REQUIRE(log_prob.sizes() == at::IntArrayRef({3, 1}));
  // scipy 1.17.1: multivariate_normal(np.zeros(2)).logpdf
  const double expected[] = {-1.8378770664093453, -4.337877066409345, -6.462877066409345};
  for (int64_t s = 0; s < 3; ++s) REQUIRE_THAT(log_prob[s][0].item<double>(), WithinAbs(expected[s], 1e-14));
}

TEST_CASE("the closed-form divergence equals its Monte-Carlo estimate", "[prior][standard_normal]") {
  at::Generator generator = at::detail::createCPUGenerator(2);
  StandardNormalPrior prior;
  prior.build({.latent = 3}, generator);
  const at::Tensor mean = at::tensor({0.5, -1.0, 0.0}, at::kDouble),
                   log_var = at::tensor({0.2, -1.5, 0.8}, at::kDouble);
  const at::Tensor noise = at::randn({200000, 1, 3}, generator, mean.options());
  const at::Tensor z = mean + at::exp(log_var / 2) * noise;
  const at::Tensor log_q = -0.5 * (noise.square() + log_var + std::log(2 * M_PI)).sum(2);
  const at::Tensor difference = log_q - prior.log_prob(z);
  const double estimate = difference.mean().item<double>(),
               error = difference.std().item<double>() / std::sqrt(200000.0);
  const at::Tensor kl = *prior.kl({mean.unsqueeze(0), log_var.unsqueeze(0), at::Tensor()});
  REQUIRE(kl.sizes() == at::IntArrayRef({1}));
  REQUIRE_THAT(kl.item<double>(), WithinAbs(estimate, 4 * error));
}

TEST_CASE("samples are standard normal, repeat with their seed and leave the global generator alone",
          "[prior][standard_normal]") {
  StandardNormalPrior prior;
  prior.build({.latent = 4}, at::detail::createCPUGenerator(3));
  const at::Tensor global_before = at::detail::getDefaultCPUGenerator().get_state();
  const at::Tensor z = prior.sample(50000, at::detail::createCPUGenerator(4));
  REQUIRE(at::equal(z, prior.sample(50000, at::detail::createCPUGenerator(4))));
  REQUIRE(at::equal(global_before, at::detail::getDefaultCPUGenerator().get_state()));
  REQUIRE(z.sizes() == at::IntArrayRef({50000, 4}));
  REQUIRE(z.mean(0).abs().max().item<double>() < 4 / std::sqrt(50000.0));
  REQUIRE((z.square().mean(0) - 1).abs().max().item<double>() < 4 * std::sqrt(2 / 50000.0));
  prior.to(at::kDouble);
  REQUIRE(prior.sample(1, at::detail::createCPUGenerator(4)).scalar_type() == at::kDouble);
}

TEST_CASE("a deterministic posterior has no divergence to a prior", "[prior][standard_normal]") {
  StandardNormalPrior prior;
  prior.build({.latent = 2}, at::detail::createCPUGenerator(1));
  REQUIRE_THROWS_AS(prior.kl({at::zeros({1, 2}), at::Tensor(), at::Tensor()}), Error);
  REQUIRE_THROWS_AS(prior.log_prob(at::zeros({1, 1, 3})), Error);
}
