// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

#include "identity.hpp"
#include "scprior/error.hpp"

using namespace scprior;

TEST_CASE("the identity returns its input and a log-determinant of 0 for every sample", "[flow][identity]") {
  at::Generator generator = at::detail::createCPUGenerator(1);
  IdentityFlow flow;
  flow.build({.latent = 3}, generator);
  const at::Tensor z0 = at::randn({4, 5, 3}, generator, at::TensorOptions(at::kDouble)).set_requires_grad(true);
  const FlowResult result = flow.forward(z0, at::Tensor());
  REQUIRE(at::equal(result.z, z0));
  REQUIRE(result.log_det.sizes() == at::IntArrayRef({4, 5}));
  REQUIRE(result.log_det.scalar_type() == at::kDouble);
  REQUIRE(result.log_det.abs().sum().item<double>() == 0);
  REQUIRE(at::equal(flow.inverse(result.z, at::Tensor()), z0));
  REQUIRE(flow.is_identity());
  REQUIRE(flow.context_width() == 0);
  REQUIRE(flow.parameters().empty());
}

TEST_CASE("the identity refuses a z of another width", "[flow][identity]") {
  IdentityFlow flow;
  flow.build({.latent = 3}, at::detail::createCPUGenerator(1));
  REQUIRE_THROWS_AS(flow.forward(at::zeros({1, 5, 4}), at::Tensor()), Error);
  REQUIRE_THROWS_AS(flow.forward(at::zeros({5, 3}), at::Tensor()), Error);
}
