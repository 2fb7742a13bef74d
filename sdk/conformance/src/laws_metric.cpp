// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "metric_tools.hpp"
#include "scprior/conformance/evaluate.hpp"

namespace scprior::conformance {
namespace {

constexpr int64_t n_cells = 60;

/// Every value that is not a number comes with a note.
void check_notes(const MetricResult& result) {
  SUCCEED(values_text(result));
  for (const MetricValue& value : result.values) {
    INFO("value \"" << value.name << "\" is " << value.value << ", its note: \"" << value.note << "\"");
    CHECK((!std::isnan(value.value) || !value.note.empty()));
  }
}

void check_notes_unless_refused(const EvaluationFacts& facts) {
  MetricResult result;
  const std::string text = refusal([&] { result = evaluate(facts); });
  if (text.empty()) check_notes(result);
  SUCCEED("refused: " << text);
}

/// Whether a value is no number and says why.
bool says_not_defined(const MetricResult& result) {
  return std::any_of(result.values.begin(), result.values.end(),
                     [](const MetricValue& value) { return std::isnan(value.value) && !value.note.empty(); });
}

TEST_CASE("metric: it reports values under different names", "[metric]") {
  const MetricResult result = evaluate(random_facts(n_cells));
  CHECK_FALSE(result.values.empty());
  std::set<std::string> values, arrays;
  for (const MetricValue& value : result.values) CHECK(values.insert(value.name).second);
  for (const MetricArray& array : result.arrays) CHECK(arrays.insert(array.name).second);
  check_notes(result);
}

TEST_CASE("metric: labels of an array's axis are as many as its entries", "[metric]") {
  const MetricResult result = evaluate(random_facts(n_cells));
  SUCCEED(result.arrays.size() << " arrays");
  for (const MetricArray& array : result.arrays) {
    INFO("array " << array.name);
    REQUIRE(array.values.defined());
    REQUIRE(array.values.dim() >= 1);
    CHECK((array.axis_labels.empty() || static_cast<int64_t>(array.axis_labels.size()) == array.values.size(0)));
  }
}

TEST_CASE("metric: the order of the cells does not change the result", "[metric]") {
  const EvaluationFacts facts = random_facts(n_cells);
  for (const uint64_t stream : {21, 22}) {
    const at::Tensor order = at::randperm(n_cells, generator(stream), at::TensorOptions(at::kLong));
    CHECK(difference(evaluate(facts), evaluate(reordered(facts, order)), 1e-6) == "");
  }
}

TEST_CASE("metric: the codes of labels are names, not numbers", "[metric]") {
  const EvaluationFacts facts = random_facts(n_cells);
  CHECK(difference(evaluate(facts), evaluate(recoded(facts)), 1e-6) == "");
}

TEST_CASE("metric: nothing is kept from one call to the next", "[metric]") {
  const EvaluationFacts first = random_facts(n_cells), second = random_facts(40, 50);
  const auto metric = make<Metric>();
  const MetricResult before = evaluate(*metric, first);
  evaluate(*metric, second);
  CHECK(difference(before, evaluate(*metric, first), 0) == "");
  CHECK(difference(evaluate(*metric, second), evaluate(*make<Metric>(), second), 0) == "");
}

TEST_CASE("metric: objects share nothing", "[metric]") {
  const EvaluationFacts facts = random_facts(n_cells);
  EvaluationFacts larger = random_facts(n_cells, 50);
  larger.latent_mean = larger.latent_mean * 10;
  larger.latent_sample = larger.latent_sample * 10;
  const MetricResult before = evaluate(facts);
  evaluate(larger);
  CHECK(difference(before, evaluate(facts), 0) == "");
}

TEST_CASE("metric: the result is reproducible and the global random generator is left alone", "[metric]") {
  const EvaluationFacts facts = random_facts(n_cells);
  const at::Tensor before = global_random_state();
  const MetricResult first = evaluate(facts);
  CHECK(same_bits(before, global_random_state()));
  at::rand({3});  // whoever reads the global generator now reads something else
  CHECK(difference(first, evaluate(facts), 0) == "");
}

TEST_CASE("metric: what it is given is not changed", "[metric]") {
  const EvaluationFacts facts = random_facts(n_cells), again = random_facts(n_cells);
  evaluate(facts);
  CHECK(same_bits(facts.latent_mean, again.latent_mean));
  CHECK(same_bits(facts.latent_sample, again.latent_sample));
  CHECK(same_bits(facts.library, again.library));
  CHECK(same_bits(facts.test_log_likelihood, again.test_log_likelihood));
  CHECK(same_bits(facts.prior_samples, again.prior_samples));
  CHECK(same_bits(facts.labels->codes, again.labels->codes));
  CHECK(same_bits(facts.batches->codes, again.batches->codes));
}

TEST_CASE("metric: a value that is not finite is refused or passed on, never answered with a number", "[metric]") {
  const EvaluationFacts facts = random_facts(n_cells);
  SUCCEED("a metric need not look at any of them");
  const MetricResult right = evaluate(facts);
  for (const auto& [name, field] : number_fields()) {
    const bool is_used = asks_for(facts, field);
    for (const double wrong : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      INFO(name << " holds " << wrong);
      EvaluationFacts spoilt = facts;
      spoilt.*field = (facts.*field).clone();
      (spoilt.*field).view({-1})[7].fill_(wrong);
      MetricResult answer;
      const bool is_refused = !refusal([&] { answer = evaluate(spoilt); }).empty();
      if (is_refused || (!is_used && difference(right, answer, 0).empty())) continue;
      INFO("values: " << values_text(answer));
      CHECK(says_not_defined(answer));
    }
  }
}

TEST_CASE("metric: without labels, batches or prior it works, says what is missing, or refuses", "[metric]") {
  const EvaluationFacts facts = random_facts(n_cells);
  std::vector<EvaluationFacts> poorer(4, facts);
  poorer[0].labels.reset();
  poorer[1].batches.reset();
  poorer[2].prior_samples = at::Tensor();
  poorer[3].labels.reset();
  poorer[3].batches.reset();
  poorer[3].prior_samples = at::Tensor();
  for (const EvaluationFacts& given : poorer) check_notes_unless_refused(given);
}

TEST_CASE("metric: missing labels and a single label are no numbers without a note", "[metric]") {
  EvaluationFacts facts = random_facts(n_cells);
  facts.labels->codes = facts.labels->codes.clone();
  facts.labels->codes.narrow(0, 0, 10).fill_(-1);
  check_notes(evaluate(facts));
  for (const int64_t only : {0, -1}) {
    facts.labels->codes = at::full({n_cells}, only, at::kLong);
    check_notes_unless_refused(facts);
  }
}

TEST_CASE("metric: one cell, two cells and cells that are all alike are no numbers without a note", "[metric]") {
  EvaluationFacts alike = random_facts(n_cells);
  alike.latent_mean = at::ones_like(alike.latent_mean);
  alike.latent_sample = at::ones_like(alike.latent_sample);
  for (const EvaluationFacts& facts : {random_facts(1), random_facts(2), alike}) check_notes_unless_refused(facts);
}

}  // namespace
}  // namespace scprior::conformance
