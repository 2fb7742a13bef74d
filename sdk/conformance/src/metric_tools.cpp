// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace scprior::conformance {
namespace {

Labels labels_of(const at::Tensor& codes, std::vector<std::string> names) { return {codes, std::move(names)}; }

Labels recoded(const Labels& labels) {
  const auto n = static_cast<int64_t>(labels.names.size());
  Labels result{(n - 1 - labels.codes).masked_fill(labels.codes < 0, -1), labels.names};
  std::reverse(result.names.begin(), result.names.end());
  return result;
}

Labels reordered(const Labels& labels, const at::Tensor& order) {
  return {labels.codes.index_select(0, order), labels.names};
}

}  // namespace

EvaluationFacts random_facts(int64_t n, uint64_t stream) {
  const int64_t latent = 4;
  const at::Tensor cell = at::arange(n, at::kLong), type = cell.remainder(3);
  EvaluationFacts facts;
  facts.latent_mean = normal({n, latent}, stream, at::kFloat) + 1.5 * type.unsqueeze(1).to(at::kFloat);
  facts.latent_sample = facts.latent_mean + 0.3 * normal({n, latent}, stream + 1, at::kFloat);
  facts.library = (normal({n}, stream + 2, at::kFloat).abs() * 5000 + 1000).floor();
  facts.test_cells = at::arange(0, n, 3, at::kLong);
  const int64_t n_test = facts.test_cells.size(0);
  facts.test_log_likelihood = -500 - 50 * normal({n_test}, stream + 3).abs();
  facts.test_log_likelihood_sampled = facts.test_log_likelihood - normal({n_test}, stream + 4).abs();
  facts.prior_samples = normal({20000, latent}, stream + 5, at::kFloat);
  facts.labels = labels_of(type, {"alpha", "beta", "delta"});
  facts.batches = labels_of(at::div(cell, 3, "floor").remainder(2), {"first", "second"});
  return facts;
}

EvaluationFacts reordered(const EvaluationFacts& facts, const at::Tensor& order) {
  EvaluationFacts result = facts;
  for (at::Tensor EvaluationFacts::*field :
       {&EvaluationFacts::latent_mean, &EvaluationFacts::latent_sample, &EvaluationFacts::library})
    result.*field = (facts.*field).index_select(0, order);
  result.labels = reordered(*facts.labels, order);
  result.batches = reordered(*facts.batches, order);
  // Test cells ascend again; their log-likelihoods go with them.
  const at::Tensor places = at::argsort(order).index_select(0, facts.test_cells);
  const at::Tensor ascending = places.argsort();
  result.test_cells = places.index_select(0, ascending);
  result.test_log_likelihood = facts.test_log_likelihood.index_select(0, ascending);
  result.test_log_likelihood_sampled = facts.test_log_likelihood_sampled.index_select(0, ascending);
  return result;
}

EvaluationFacts recoded(const EvaluationFacts& facts) {
  EvaluationFacts result = facts;
  result.labels = recoded(*facts.labels);
  result.batches = recoded(*facts.batches);
  return result;
}

MetricResult evaluate(Metric& metric, const EvaluationFacts& facts) {
  return metric.evaluate(testing::FixedEvaluation(facts));
}

MetricResult evaluate(const EvaluationFacts& facts) { return evaluate(*make<Metric>(), facts); }

const std::vector<std::pair<std::string, at::Tensor EvaluationFacts::*>>& number_fields() {
  static const std::vector<std::pair<std::string, at::Tensor EvaluationFacts::*>> fields = {
      {"the latent mean", &EvaluationFacts::latent_mean},
      {"the latent sample", &EvaluationFacts::latent_sample},
      {"ln p(x | z) of the test cells", &EvaluationFacts::test_log_likelihood},
      {"ln p(x | z) of the test cells at sampled z", &EvaluationFacts::test_log_likelihood_sampled}};
  return fields;
}

bool asks_for(const EvaluationFacts& facts, at::Tensor EvaluationFacts::*field) {
  // The latent mean also tells the number of cells: a change of it, not its absence, shows whether it is used.
  if (field == &EvaluationFacts::latent_mean) {
    EvaluationFacts changed = facts;
    changed.latent_mean = facts.latent_mean.flip(0) * 2 + 1;
    return !difference(evaluate(facts), evaluate(changed), 0).empty();
  }
  EvaluationFacts without = facts;
  without.*field = at::Tensor();
  return !refusal([&] { evaluate(without); }).empty();
}

std::string difference(const MetricResult& a, const MetricResult& b, double tolerance) {
  std::map<std::string, double> others;
  for (const MetricValue& value : b.values) others[value.name] = value.value;
  if (a.values.size() != b.values.size()) return concat(a.values.size(), " values, then ", b.values.size());
  for (const MetricValue& value : a.values) {
    if (!others.contains(value.name)) return concat("the value \"", value.name, "\" is missing the second time");
    const double x = value.value, y = others[value.name];
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    if (!(std::abs(x - y) <= tolerance * (std::abs(x) + std::abs(y))))
      return concat("the value \"", value.name, "\" is ", x, ", then ", y);
  }
  return "";
}

std::string values_text(const MetricResult& result) {
  std::string text;
  for (const MetricValue& value : result.values) text += concat(" \"", value.name, "\" ", value.value);
  return text;
}

at::Tensor global_random_state() { return at::detail::getDefaultCPUGenerator().get_state(); }

}  // namespace scprior::conformance
