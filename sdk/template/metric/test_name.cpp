// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <limits>

#include "@name@.hpp"
#include "scprior/error.hpp"
#include "scprior/testing/fixed_evaluation.hpp"

using namespace scprior;
using Catch::Matchers::WithinRel;

namespace {

double value(const at::Tensor& mean, bool sampled = false, const at::Tensor& sample = {}) {
  @Name@Metric metric(Options::resolve(@Name@Metric::options(), {{"sampled", sampled}}));
  testing::EvaluationFacts facts;
  facts.latent_mean = mean;
  facts.latent_sample = sample;
  return metric.evaluate(testing::FixedEvaluation(facts)).values.at(0).value;
}

/// The corners of a cube with the edges 2, 2 and 2 `height`.
at::Tensor box(double height) {
  const at::Tensor bits = at::arange(8);
  return at::stack({bits % 2 * 2 - 1, bits.floor_divide(2) % 2 * 2 - 1, (bits.floor_divide(4) * 2 - 1) * height}, 1)
      .to(at::kDouble);
}

}  // namespace

TEST_CASE("cells in all directions alike have D dimensions, on a plane 2, on a line 1", "[metric]") {
  CHECK_THAT(value(box(1)), WithinRel(3, 1e-12));
  CHECK_THAT(value(box(0)), WithinRel(2, 1e-12));
  CHECK_THAT(value(at::arange(5, at::kDouble).unsqueeze(1).expand({5, 3})), WithinRel(1, 1e-12));
}

TEST_CASE("on request the draws are looked at", "[metric]") {
  CHECK_THAT(value(box(1), true, box(0)), WithinRel(2, 1e-12));
}

TEST_CASE("the order of the cells does not matter", "[metric]") {
  const at::Tensor z = at::randn({100, 4}, at::detail::createCPUGenerator(1), at::TensorOptions(at::kDouble));
  CHECK_THAT(value(z.flip(0)), WithinRel(value(z), 1e-12));
}

TEST_CASE("one cell and equal cells have no dimension, and what is not finite is refused", "[metric]") {
  CHECK(std::isnan(value(at::zeros({1, 3}))));
  CHECK(std::isnan(value(at::ones({5, 3}))));
  CHECK_THROWS_AS(value(at::full({5, 3}, std::numeric_limits<double>::infinity())), Error);
}
