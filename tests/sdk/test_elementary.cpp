// SPDX-License-Identifier: Apache-2.0
#include "scprior/elementary.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

using namespace scprior;
using Catch::Matchers::WithinRel;

TEST_CASE("a sigmoid gate is exact where it saturates", "[elementary]") {
  const at::Tensor s = at::tensor({-200.0f, 0.0f, 40.0f, 90.0f});
  const SigmoidGate gate = sigmoid_gate(s);
  REQUIRE(gate.log_value[0].item<double>() == -200);
  REQUIRE_THAT(gate.log_value[1].item<double>(), WithinRel(-std::log(2.0), 1e-6));
  REQUIRE_THAT(gate.complement[2].item<double>(), WithinRel(std::exp(-40.0), 1e-6));
  REQUIRE_THAT(-gate.log_value[2].item<double>(), WithinRel(std::exp(-40.0), 1e-6));
  REQUIRE(gate.value[3].item<double>() == 1);
}

TEST_CASE("a sigmoid gate has the gradients of its parts, one by one and together, also far out", "[elementary]") {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const double tolerance = type == at::kFloat ? 1e-5 : 1e-12, far = type == at::kFloat ? 75 : 600;
    const at::Tensor s = at::tensor({-far, -60.0, -3.0, 0.0, 0.7, 30.0, far}, type).requires_grad_(true);
    const SigmoidGate gate = sigmoid_gate(s);
    const auto slope = [&](const at::Tensor& of) {
      return torch::autograd::grad({of.sum()}, {s}, {}, /*retain_graph=*/true)[0];
    };
    const auto near = [&](const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, tolerance, 0); };
    const at::Tensor g = at::sigmoid(s.detach()), rest = at::sigmoid(-s.detach());
    CHECK(near(gate.value, g));
    CHECK(near(slope(gate.value), g * rest));
    CHECK(near(slope(gate.complement), -g * rest));
    CHECK(near(slope(gate.log_value), rest));
    CHECK(near(slope(gate.value * 2 + gate.complement * gate.log_value),
               g * rest * (2 - at::log_sigmoid(s.detach())) + rest * rest));
  }
}

TEST_CASE("a sigmoid gate has second derivatives", "[elementary]") {
  const at::Tensor s = at::linspace(-3, 3, 7, at::kDouble).requires_grad_(true);
  const auto second = [&](const at::Tensor& value) {
    const at::Tensor first = torch::autograd::grad({value.sum()}, {s}, {}, std::nullopt, /*create_graph=*/true)[0];
    return torch::autograd::grad({first.sum()}, {s})[0];
  };
  CHECK(at::allclose(second(nn::sigmoid(s)), second(at::sigmoid(s)), 1e-12, 1e-12));
  CHECK(at::allclose(second(nn::log_sigmoid(s)), second(at::log_sigmoid(s)), 1e-12, 1e-12));
  CHECK(at::allclose(second(nn::softplus(s)), second(at::softplus(s)), 1e-12, 1e-12));
}
