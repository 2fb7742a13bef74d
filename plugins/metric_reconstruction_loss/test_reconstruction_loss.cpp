// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

#include "reconstruction_loss.hpp"
#include "scprior/testing/fixed_evaluation.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

testing::EvaluationFacts three_test_cells() {
  return {.library = at::tensor({100.0f, 10.0f, 20.0f, 100.0f, 30.0f}),
          .test_cells = at::tensor({int64_t{1}, int64_t{2}, int64_t{4}}),
          .test_log_likelihood = at::tensor({-30.0, -50.0, -100.0}, at::kDouble),
          .test_log_likelihood_sampled = at::tensor({-33.0, -60.0, -117.0}, at::kDouble)};
}

MetricResult evaluate(testing::EvaluationFacts facts) {
  return ReconstructionLoss().evaluate(testing::FixedEvaluation(std::move(facts)));
}

}  // namespace

TEST_CASE("the loss is the mean over test cells, and per count of theirs", "[reconstruction_loss]") {
  const std::vector<MetricValue> values = evaluate(three_test_cells()).values;
  REQUIRE(values.size() == 4);
  REQUIRE(values[0].name == "");
  REQUIRE_THAT(values[0].value, WithinRel(60.0, 1e-15));
  REQUIRE(values[1].name == "sampled");
  REQUIRE_THAT(values[1].value, WithinRel(70.0, 1e-15));
  REQUIRE(values[2].name == "per_count");
  REQUIRE_THAT(values[2].value, WithinRel(3.0, 1e-15));
  REQUIRE(values[3].name == "sampled_per_count");
  REQUIRE_THAT(values[3].value, WithinRel(3.5, 1e-15));
  for (const MetricValue& value : values) REQUIRE(value.better == MetricValue::Better::lower);
}

TEST_CASE("a mean of many float32 log-likelihoods is added up in float64", "[reconstruction_loss]") {
  const int64_t n = 1 << 20;
  testing::EvaluationFacts facts{.library = at::ones({n}), .test_cells = at::arange(n)};
  facts.test_log_likelihood = facts.test_log_likelihood_sampled = at::full({n}, -1234.5678f);
  REQUIRE_THAT(evaluate(facts).values[0].value, WithinRel(static_cast<double>(1234.5678f), 1e-12));
}

TEST_CASE("without test cells, or without counts, there is no loss", "[reconstruction_loss]") {
  testing::EvaluationFacts facts = three_test_cells();
  facts.library.zero_();
  const std::vector<MetricValue> no_counts = evaluate(facts).values;
  REQUIRE_THAT(no_counts[0].value, WithinRel(60.0, 1e-15));
  REQUIRE(std::isnan(no_counts[2].value));
  REQUIRE_THAT(no_counts[2].note, ContainsSubstring("no counts"));

  facts.test_cells = at::empty({0}, at::kLong);
  facts.test_log_likelihood = facts.test_log_likelihood_sampled = at::empty({0}, at::kDouble);
  for (const MetricValue& value : evaluate(facts).values) {
    REQUIRE(std::isnan(value.value));
    REQUIRE_THAT(value.note, ContainsSubstring("no test cells"));
  }
}

TEST_CASE("a log-likelihood that is not finite is refused with its cell", "[reconstruction_loss]") {
  testing::EvaluationFacts facts = three_test_cells();
  facts.test_log_likelihood[2] = std::numeric_limits<double>::quiet_NaN();
  REQUIRE_THROWS_WITH(evaluate(facts), ContainsSubstring("cell 4 (counted from 0) is nan"));
  facts = three_test_cells();
  facts.test_log_likelihood_sampled[1] = -std::numeric_limits<double>::infinity();
  REQUIRE_THROWS_WITH(evaluate(facts), ContainsSubstring("cell 2 (counted from 0) is -inf"));
}

TEST_CASE("log-likelihoods of another number of cells are refused", "[reconstruction_loss]") {
  testing::EvaluationFacts facts = three_test_cells();
  facts.test_log_likelihood = at::zeros({5}, at::kDouble);
  REQUIRE_THROWS_AS(evaluate(facts), Error);
}
