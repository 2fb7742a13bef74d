// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <fstream>
#include <map>

#include "active_units.hpp"
#include "latent_covariance.hpp"
#include "principal_components.hpp"
#include "scprior/testing/fixed_evaluation.hpp"
#include "silhouette.hpp"

// The references come from tests/fixtures/embeddings/make.py: scikit-learn and numpy, of the versions in expected.tsv.

using namespace scprior;
using Catch::Matchers::WithinAbs;

namespace {

constexpr double tolerance = 1e-5;

struct Fixture {
  std::map<std::string, double> expected;
  at::Tensor latent;  // [N, D] float
  Labels labels;

  /// name.0, name.1, ... as one tensor.
  at::Tensor array(const std::string& name) const {
    std::vector<double> values;
    while (expected.count(name + "." + std::to_string(values.size())))
      values.push_back(expected.at(name + "." + std::to_string(values.size())));
    return at::tensor(values, at::kDouble);
  }
};

std::ifstream open(const std::string& name) {
  std::ifstream file(SCPRIOR_FIXTURES "/embeddings/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read the fixture " + name);
  return file;
}

Fixture read_fixture() {
  Fixture fixture;
  std::ifstream expected = open("expected.tsv");
  for (std::string line; std::getline(expected, line);)
    if (const size_t tab = line.find('\t'); tab != std::string::npos)
      fixture.expected[line.substr(0, tab)] = std::stod(line.substr(tab + 1));

  const auto n = static_cast<int64_t>(fixture.expected.at("cells"));
  const auto d = static_cast<int64_t>(fixture.expected.at("units"));
  fixture.latent = at::empty({n, d});
  open("pancreas.f32").read(static_cast<char*>(fixture.latent.data_ptr()), n * d * 4);

  std::vector<int64_t> codes;
  std::ifstream cells = open("cells.tsv");
  for (std::string label; std::getline(cells, label);) {
    const auto found = std::find(fixture.labels.names.begin(), fixture.labels.names.end(), label);
    codes.push_back(found - fixture.labels.names.begin());
    if (found == fixture.labels.names.end()) fixture.labels.names.push_back(label);
  }
  fixture.labels.codes = at::tensor(codes);
  return fixture;
}

template <class M>
MetricResult evaluate(const Fixture& fixture, const std::map<std::string, OptionValue>& options = {}) {
  M metric(Options::resolve(M::options(), options));
  return metric.evaluate(testing::FixedEvaluation(
      {.latent_mean = fixture.latent, .latent_sample = fixture.latent, .labels = fixture.labels}));
}

void require_silhouettes(const Fixture& fixture, const std::string& name, size_t n_types) {
  const MetricResult result = evaluate<Silhouette>(fixture);
  REQUIRE(result.values.size() == n_types + 1);
  for (const MetricValue& value : result.values) {
    CAPTURE(value.name);
    const std::string reference = value.name.empty() ? name : name + "." + value.name;
    REQUIRE_THAT(value.value, WithinAbs(fixture.expected.at(reference), tolerance));
  }
}

}  // namespace

TEST_CASE("silhouettes of a real embedding equal scikit-learn's", "[metrics]") {
  Fixture fixture = read_fixture();
  require_silhouettes(fixture, "silhouette", 14);

  // beta and mast cells without a label
  for (int64_t code = 0; code < 14; ++code)
    if (fixture.labels.names[code] == "beta" || fixture.labels.names[code] == "mast")
      fixture.labels.codes.masked_fill_(fixture.labels.codes == code, -1);
  require_silhouettes(fixture, "silhouette_without_beta_and_mast", 12);
}

TEST_CASE("active units and variances of a real embedding equal numpy's", "[metrics]") {
  const Fixture fixture = read_fixture();
  const MetricResult result = evaluate<ActiveUnits>(fixture);
  REQUIRE(result.values[0].value == fixture.expected.at("active_units"));
  const at::Tensor expected = std::get<0>(fixture.array("variance").sort(0, true));
  REQUIRE(at::allclose(result.arrays.at(0).values, expected, 1e-10, 0));
}

TEST_CASE("principal components of a real embedding equal scikit-learn's", "[metrics]") {
  const Fixture fixture = read_fixture();
  const MetricResult result = evaluate<PrincipalComponents>(fixture);
  REQUIRE(result.values[0].value == fixture.expected.at("principal_components.95"));
  REQUIRE(result.values[1].value == fixture.expected.at("principal_components.99"));
  REQUIRE(evaluate<PrincipalComponents>(fixture, {{"share", 0.8}}).values[0].value ==
          fixture.expected.at("principal_components.80"));
  REQUIRE(at::allclose(result.arrays.at(0).values, fixture.array("cumulative"), 1e-10, 0));
}

TEST_CASE("the latent covariance of a real embedding equals numpy's", "[metrics]") {
  const Fixture fixture = read_fixture();
  LatentCovariance metric;
  const MetricResult result = metric.evaluate(testing::FixedEvaluation({.latent_mean = fixture.latent}));
  REQUIRE(at::allclose(result.arrays.at(0).values[0], fixture.array("covariance_first_row"), 1e-9, 1e-12));
  REQUIRE(at::allclose(result.arrays.at(0).values.diagonal(), fixture.array("variance"), 1e-10, 0));
  REQUIRE_THAT(result.values[0].value, WithinAbs(fixture.expected.at("off_diagonal.covariance"), tolerance));
  REQUIRE_THAT(result.values[1].value, WithinAbs(fixture.expected.at("off_diagonal.correlation"), tolerance));
}
