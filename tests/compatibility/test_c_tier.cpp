// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "scprior/core/plugin_host.hpp"
#include "scprior/testing/fixed_evaluation.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

const core::PluginHost& frozen() {
  static core::PluginHost host;
  if (host.components().empty()) host.load_file(SCPRIOR_TEST_PLUGINS "/frozen_1_0.so");
  return host;
}

template <class Interface>
std::unique_ptr<Interface> make(const std::string& name, std::map<std::string, OptionValue> given = {}) {
  const scprior_kind kind = std::is_same_v<Interface, Prior> ? SCPRIOR_KIND_PRIOR : SCPRIOR_KIND_METRIC;
  return frozen().create<Interface>(name, Options::resolve(frozen().find(kind, name)->options, given));
}

std::unique_ptr<Prior> built_prior(uint64_t seed = 1) {
  auto prior = make<Prior>("frozen_normal");
  prior->build({.latent = 3}, at::detail::createCPUGenerator(seed));
  return prior;
}

at::Tensor points(at::ScalarType type) {
  return at::randn({2, 4, 3}, at::detail::createCPUGenerator(7), at::TensorOptions(type));
}

}  // namespace

TEST_CASE("a C plugin made for plugin ABI 1.0 loads, and reads options of every type", "[c]") {
  REQUIRE(frozen().components().size() == 2);
  CHECK(frozen().components()[0].tier == SCPRIOR_TIER_C);
  CHECK(make<Prior>("frozen_normal") != nullptr);
  // The plugin compares what it reads with its defaults, so another value must be noticed.
  CHECK_THROWS_AS(make<Prior>("frozen_normal", {{"whole", int64_t{8}}}), Error);
  CHECK_THROWS_AS(make<Prior>("frozen_normal", {{"texts", std::vector<std::string>{"x"}}}), Error);
}

TEST_CASE("a stripped plugin loads", "[c]") {
  core::PluginHost host;
  host.load_file(SCPRIOR_TEST_PLUGINS "/stripped.so");
  CHECK(host.components().size() == 2);
}

TEST_CASE("a C prior gives the values and gradients of its formula, in float and double", "[c]") {
  const auto prior = built_prior();
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    prior->to(type);
    const at::Tensor location = prior->parameters().at(0);
    const at::Tensor z = points(type).set_requires_grad(true);
    const at::Tensor weight = at::arange(8, at::TensorOptions(type)).view({2, 4});  // every row another weight
    (prior->log_prob(z) * weight).sum().backward();

    const at::Tensor z2 = points(type).set_requires_grad(true), location2 = location.detach().set_requires_grad(true);
    const at::Tensor plain =
        (-0.5 * ((z2 - location2) / 1.5).square() - std::log(1.5) - 0.5 * std::log(2 * M_PI)).sum(-1);
    (plain * weight).sum().backward();
    const double tolerance = type == at::kFloat ? 1e-5 : 1e-12;
    CHECK(prior->log_prob(z).scalar_type() == type);
    CHECK(at::allclose(prior->log_prob(z), plain, tolerance, tolerance));
    CHECK(at::allclose(z.grad(), z2.grad(), tolerance, tolerance));
    CHECK(at::allclose(location.grad(), location2.grad(), tolerance, tolerance));
  }
}

TEST_CASE("a C prior starts and draws from the generator that it is given", "[c]") {
  const auto a = built_prior(1), b = built_prior(1), c = built_prior(5);
  CHECK(at::equal(a->parameters().at(0), b->parameters().at(0)));
  CHECK_FALSE(at::equal(a->parameters().at(0), c->parameters().at(0)));
  const auto draw = [&](uint64_t seed) { return a->sample(20000, at::detail::createCPUGenerator(seed)); };
  CHECK(at::equal(draw(3), draw(3)));
  CHECK_FALSE(at::equal(draw(3), draw(4)));
  const at::Tensor z = draw(3);
  CHECK(z.sizes() == at::IntArrayRef({20000, 3}));
  CHECK_FALSE(z.requires_grad());
  CHECK(at::allclose(z.std(0), at::full({3}, 1.5), 0, 0.05));
  CHECK(a->sample(0, at::detail::createCPUGenerator(3)).sizes() == at::IntArrayRef({0, 3}));
}

TEST_CASE("a second derivative of a C prior is refused, not wrong", "[c]") {
  const auto prior = built_prior();
  const at::Tensor z = points(at::kDouble).set_requires_grad(true);
  const at::Tensor value = prior->log_prob(z).sum();
  try {
    value.backward({}, /*retain_graph=*/true, /*create_graph=*/true);
    FAIL("no error");
  } catch (const std::exception& error) {
    CHECK_THAT(error.what(), ContainsSubstring("first derivatives only"));
  }
}

TEST_CASE("what a C prior refuses arrives with its name and its text", "[c]") {
  const auto prior = make<Prior>("frozen_normal");
  try {
    prior->build({.latent = 1001}, at::detail::createCPUGenerator(1));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.status() == Status::config);
    CHECK_THAT(error.what(), ContainsSubstring("prior/frozen_normal (frozen_1_0.so 1.0.0): build failed: 1001 latent"));
  }
  CHECK_THROWS_AS(built_prior()->log_prob(at::zeros({1, 1, 4})), Error);
}

TEST_CASE("a C metric is given the embedding and the labels, and reports values", "[c]") {
  const auto metric = make<Metric>("frozen_length");
  testing::EvaluationFacts facts;
  facts.latent_mean = at::tensor({3.0F, 4.0F, 0.0F, 1.0F}).view({2, 2});
  const auto without = metric->evaluate(testing::FixedEvaluation(facts)).values;
  REQUIRE(without.size() == 3);
  CHECK_THAT(without[0].value, WithinAbs(13, 1e-12));
  CHECK(without[0].name.empty());
  CHECK(std::isnan(without[1].value));
  CHECK_FALSE(without[1].note.empty());
  facts.labels = Labels{at::tensor({0, 2}, at::kLong), {"a", "b", "c"}};
  const auto with = metric->evaluate(testing::FixedEvaluation(facts)).values;
  CHECK_THAT(with[1].value, WithinAbs(3, 0));
  CHECK(with[1].better == MetricValue::Better::higher);
  CHECK(with[2].better == MetricValue::Better::lower);
  facts.latent_mean = at::zeros({0, 2});
  CHECK_THROWS_WITH(metric->evaluate(testing::FixedEvaluation(facts)), ContainsSubstring("there are no cells"));
}
