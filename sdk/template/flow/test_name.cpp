// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>

#include "@name@.hpp"
#include "scprior/error.hpp"

using namespace scprior;

namespace {

at::Tensor draws(at::IntArrayRef shape, uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kDouble));
}

/// A flow of 4 latent units, far from the identity.
std::unique_ptr<@Name@Flow> make(int64_t context) {
  auto flow = std::make_unique<@Name@Flow>(Options::resolve(@Name@Flow::options(), {{"context", context}}));
  flow->build({.latent = 4, .context = context}, at::detail::createCPUGenerator(1));
  flow->to(at::kDouble);
  const at::NoGradGuard no_grad;
  for (at::Tensor& parameter : flow->parameters()) parameter.copy_(draws(parameter.sizes(), 2));
  return flow;
}

at::Tensor context_of(int64_t width) { return width > 0 ? draws({3, width}, 3) : at::Tensor(); }

}  // namespace

TEST_CASE("log_det is that of the differences, unit by unit, in every sample", "[flow]") {
  const int64_t width = GENERATE(0, 5);
  const auto flow = make(width);
  const at::Tensor z0 = draws({2, 3, 4}, 4), context = context_of(width);
  const double h = 1e-4;
  const at::Tensor slope = (flow->forward(z0 + h, context).z - flow->forward(z0 - h, context).z) / (2 * h);
  const at::Tensor log_det = flow->forward(z0, context).log_det;
  CHECK(log_det.sizes() == at::IntArrayRef({2, 3}));
  CHECK(at::allclose(log_det, slope.abs().log().sum(-1), 0, 1e-8));
}

TEST_CASE("the inverse undoes the flow", "[flow]") {
  const int64_t width = GENERATE(0, 5);
  const auto flow = make(width);
  const at::Tensor z0 = draws({2, 3, 4}, 4), context = context_of(width);
  CHECK(at::allclose(flow->inverse(flow->forward(z0, context).z, context), z0, 0, 1e-12));
}

TEST_CASE("the context moves the cell that it belongs to and no other", "[flow]") {
  const auto flow = make(5);
  const at::Tensor z0 = draws({2, 3, 4}, 4), context = context_of(5);
  at::Tensor changed = context.clone();
  changed[1] += 1;
  const at::Tensor moved = (flow->forward(z0, context).z != flow->forward(z0, changed).z).any(2).any(0);
  CHECK(moved.equal(at::arange(3) == 1));
}

TEST_CASE("points of another width are refused", "[flow]") {
  CHECK_THROWS_AS(make(0)->forward(at::zeros({1, 1, 3}), {}), Error);
}
