// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

#include "scprior/testing/fixed_evaluation.hpp"
#include "silhouette.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

MetricResult evaluate(const at::Tensor& latent, std::optional<Labels> labels, int64_t max_cells = 100000) {
  Silhouette metric(Options::resolve(Silhouette::options(), {{"max_cells", max_cells}}));
  return metric.evaluate(testing::FixedEvaluation({.latent_mean = latent, .labels = std::move(labels)}));
}

Labels labels(std::vector<int64_t> codes, std::vector<std::string> names) {
  return {at::tensor(codes), std::move(names)};
}

at::Tensor line(std::vector<double> positions) { return at::tensor(positions, at::kDouble).unsqueeze(1); }

double value_of(const MetricResult& result, const std::string& name) {
  for (const MetricValue& value : result.values)
    if (value.name == name) return value.value;
  throw std::runtime_error("no value " + name);
}

/// Cells in `types` overlapping clusters of unequal size.
struct Cells {
  at::Tensor latent;
  Labels labels;
};

Cells clusters(int64_t n, int64_t types) {
  at::Generator generator = at::detail::createCPUGenerator(21);
  const at::Tensor codes = (at::rand({n}, generator).square() * types).to(at::kLong);
  const at::Tensor centres = at::randn({types, 10}, generator) * 1.5;
  std::vector<std::string> names;
  for (int64_t type = 0; type < types; ++type) names.push_back("type " + std::to_string(type));
  return {centres.index_select(0, codes) + at::randn({n, 10}, generator), {codes, names}};
}

}  // namespace

TEST_CASE("five cells on a line have the silhouette worked out by hand", "[silhouette]") {
  // alpha at 0 and 2, beta at 3, 5 and 10.
  //   0: a = 2, b = 6, s = 2/3        2: a = 2, b = 4, s = 1/2
  //   3: a = 4.5, b = 2, s = -5/9     5: a = 3.5, b = 4, s = 1/8     10: a = 6, b = 9, s = 1/3
  const MetricResult result = evaluate(line({3, 0, 10, 5, 2}), labels({1, 0, 1, 1, 0}, {"alpha", "beta"}));
  const double alpha = 2.0 / 3 + 0.5, beta = -5.0 / 9 + 1.0 / 8 + 1.0 / 3;
  REQUIRE_THAT(value_of(result, ""), WithinAbs((alpha + beta) / 5, 1e-14));
  REQUIRE_THAT(value_of(result, "alpha"), WithinAbs(alpha / 2, 1e-14));
  REQUIRE_THAT(value_of(result, "beta"), WithinAbs(beta / 3, 1e-14));
  REQUIRE(result.arrays.at(0).axis_labels == std::vector<std::string>{"alpha", "beta"});
  REQUIRE_THAT(result.arrays.at(0).values[1].item<double>(), WithinAbs(beta / 3, 1e-14));
  REQUIRE(result.values[0].better == MetricValue::Better::higher);
}

TEST_CASE("a single cell of its type scores zero and counts in the mean", "[silhouette]") {
  // Cells 0 and 2 against the single cell at 4: s = (4 - 2) / 4 and 0.
  const MetricResult result = evaluate(line({0, 2, 4}), labels({0, 0, 1}, {"pair", "single"}));
  REQUIRE(value_of(result, "single") == 0);
  REQUIRE_THAT(value_of(result, ""), WithinAbs(0.5 / 3, 1e-14));
  REQUIRE_THAT(result.values[2].note, ContainsSubstring("single cell"));
}

TEST_CASE("cells without a label and labels without a cell are left out", "[silhouette]") {
  const Labels some = labels({1, 3, -1, 1, 3, -1, 1}, {"absent", "a", "absent too", "b"});
  const MetricResult with = evaluate(line({0, 5, 1e6, 1, 7, 3, 2}), some);
  const MetricResult without = evaluate(line({0, 5, 1, 7, 2}), labels({0, 1, 0, 1, 0}, {"a", "b"}));
  REQUIRE(with.values.size() == 3);
  REQUIRE_THAT(value_of(with, ""), WithinAbs(value_of(without, ""), 1e-14));
  REQUIRE_THAT(value_of(with, "b"), WithinAbs(value_of(without, "b"), 1e-14));
}

TEST_CASE("a type for each cell leaves nothing to compare", "[silhouette]") {
  std::vector<std::string> names;
  for (int i = 0; i < 700; ++i) names.push_back(std::to_string(i));
  const MetricResult result = evaluate(at::arange(700, at::kFloat).unsqueeze(1), Labels{at::arange(700), names});
  REQUIRE(value_of(result, "") == 0);
  REQUIRE(result.values.size() == 701);
}

TEST_CASE("types at the same place score zero", "[silhouette]") {
  REQUIRE(value_of(evaluate(at::full({9, 4}, 0.3f), labels({0, 1, 0, 1, 0, 1, 0, 1, 0}, {"a", "b"})), "") == 0);
  // Each type a pile of identical cells, the piles apart: a = 0, hence one.
  const at::Tensor piles = at::tensor({0.1f, 0.1f, 0.1f, 9.7f, 9.7f}).unsqueeze(1);
  REQUIRE(value_of(evaluate(piles, labels({0, 0, 0, 1, 1}, {"a", "b"})), "") == 1);
}

TEST_CASE("the silhouette is undefined without two cell types", "[silhouette]") {
  const at::Tensor latent = line({0, 1, 2});
  const std::optional<Labels> none, one = labels({0, 0, 0}, {"a", "b"}), missing = labels({-1, -1, -1}, {"a"});
  for (const std::optional<Labels>& given : {none, one, missing}) {
    const MetricResult result = evaluate(latent, given);
    REQUIRE(result.values.size() == 1);
    REQUIRE(std::isnan(result.values[0].value));
    REQUIRE_FALSE(result.values[0].note.empty());
  }
  REQUIRE(std::isnan(evaluate(line({0}), labels({0}, {"a"})).values[0].value));
}

TEST_CASE("the order of the cells does not matter, for the sample neither", "[silhouette]") {
  const Cells cells = clusters(1200, 5);
  at::Generator generator = at::detail::createCPUGenerator(4);
  const at::Tensor order = at::randperm(1200, generator);
  const Labels shuffled{cells.labels.codes.index_select(0, order), cells.labels.names};
  for (const int64_t max_cells : {100000, 500}) {
    const MetricResult straight = evaluate(cells.latent, cells.labels, max_cells);
    const MetricResult other = evaluate(cells.latent.index_select(0, order), shuffled, max_cells);
    for (size_t v = 0; v < straight.values.size(); ++v)
      REQUIRE_THAT(other.values[v].value, WithinAbs(straight.values[v].value, 1e-10));
  }
}

TEST_CASE("a sample of the cells comes near the value of all, and says so", "[silhouette]") {
  const Cells cells = clusters(6000, 5);
  const MetricResult all = evaluate(cells.latent, cells.labels), some = evaluate(cells.latent, cells.labels, 1500);
  REQUIRE(all.values[0].note.empty());
  REQUIRE_THAT(some.values[0].note, ContainsSubstring("of 6000 cells"));
  REQUIRE(some.values[0].value != all.values[0].value);
  REQUIRE_THAT(some.values[0].value, WithinAbs(all.values[0].value, 0.02));
}

TEST_CASE("a sample keeps two cells of the rarest type", "[silhouette]") {
  const Cells cells = clusters(3000, 2);
  cells.labels.codes.zero_();
  cells.labels.codes.slice(0, 0, 3).fill_(1);
  const MetricResult result = evaluate(cells.latent, cells.labels, 100);
  REQUIRE_THAT(result.values[0].note, ContainsSubstring("estimated from 101 of 3000"));
  REQUIRE(value_of(result, "type 1") != 0);
}

TEST_CASE("a latent mean that is not finite, or a code without a label, is refused with its cell", "[silhouette]") {
  const at::Tensor broken = line({0, 1, std::numeric_limits<double>::quiet_NaN(), 3});
  REQUIRE_THROWS_WITH(evaluate(broken, labels({0, 0, 1, 1}, {"a", "b"})), ContainsSubstring("cell 2 is nan"));
  REQUIRE_THROWS_WITH(evaluate(line({0, 1, 2}), labels({0, 2, 1}, {"a", "b"})),
                      ContainsSubstring("cell 1 has the label code 2"));
  REQUIRE_THROWS_AS(evaluate(line({0, 1, 2}), labels({0, 1}, {"a", "b"})), Error);
}
