// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "hierarchical.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Given = std::map<std::string, OptionValue>;

namespace {

std::unique_ptr<HierarchicalFlow> make(Given given, int64_t dims, uint64_t seed = 1,
                                       at::ScalarType type = at::kDouble) {
  given.try_emplace("context", int64_t{3});
  given.try_emplace("hidden", std::vector<int64_t>{16, 12});
  auto flow = std::make_unique<HierarchicalFlow>(Options::resolve(HierarchicalFlow::options(), given));
  flow->build({.latent = dims, .context = flow->context_width()}, at::detail::createCPUGenerator(seed));
  flow->to(type);
  return flow;
}

/// Weights as after a long training, far from the calm ones of a new flow.
std::unique_ptr<HierarchicalFlow> trained(Given given, int64_t dims, at::ScalarType type = at::kDouble) {
  auto flow = make(std::move(given), dims, 1, type);
  const at::NoGradGuard no_grad;
  at::Generator noise = at::detail::createCPUGenerator(7);
  for (const auto& entry : flow->entries()) entry.tensor->normal_(0, 0.7, noise);
  return flow;
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::empty(shape, type).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

at::Tensor entry(const Module& module, const std::string& name) {
  for (const Module::Entry& candidate : module.entries())
    if (candidate.name == name) return candidate.tensor->detach();
  FAIL("no tensor called " << name);
  return {};
}

/// d z / d x of one sample and cell: [D, shape of x].
at::Tensor jacobian(const at::Tensor& z, const at::Tensor& x) {
  std::vector<at::Tensor> rows;
  for (int64_t d = 0; d < z.size(0); ++d) {
    x.mutable_grad().reset();
    z[d].backward({}, true);
    rows.push_back(x.grad().defined() ? x.grad().clone() : at::zeros_like(x));
  }
  return at::stack(rows);
}

}  // namespace

TEST_CASE("the hierarchical flow's log_det of every sample equals the autograd Jacobian", "[flow][hierarchical]") {
  struct Case {
    int64_t dims, top;
  };
  for (const Case& c : {Case{2, 0}, Case{5, 0}, Case{6, 0}, Case{5, 4}, Case{5, 1}}) {
    for (const int64_t context : {3, 0}) {
      const int64_t samples = 2, cells = 3, upper = c.top > 0 ? c.top : c.dims / 2;
      const auto flow = trained({{"top", c.top}, {"context", context}}, c.dims);
      const at::Tensor h = context ? normal({cells, context}, 3) : at::Tensor();
      const at::Tensor z0 = normal({samples, cells, c.dims}, 2).set_requires_grad(true);
      const FlowResult result = flow->forward(z0, h);
      REQUIRE(result.log_det.sizes() == at::IntArrayRef({samples, cells}));
      REQUIRE(at::equal(result.z.narrow(2, 0, upper), z0.narrow(2, 0, upper)));
      REQUIRE_FALSE((result.z.narrow(2, upper, c.dims - upper) == z0.narrow(2, upper, c.dims - upper))
                        .any()
                        .item<bool>());
      for (int64_t s = 0; s < samples; ++s) {
        for (int64_t b = 0; b < cells; ++b) {
          const at::Tensor all = jacobian(result.z[s][b], z0);  // [D, S, B, D]
          const at::Tensor own = all.select(1, s).select(1, b);
          REQUIRE_THAT(std::get<1>(at::linalg_slogdet(own)).item<double>(),
                       WithinAbs(result.log_det[s][b].item<double>(), 1e-8));
          // No other cell or sample takes part.
          REQUIRE((all != 0).sum().item<int64_t>() == (own != 0).sum().item<int64_t>());
          // Each lower unit depends on all upper ones and on itself.
          REQUIRE((own != 0).sum().item<int64_t>() == upper + (c.dims - upper) * (upper + 1));
        }
      }
    }
  }
}

TEST_CASE("the hierarchical flow equals its equation by hand", "[flow][hierarchical]") {
  const auto flow = trained({{"hidden", std::vector<int64_t>{4}}, {"log_scale_bound", 1.5}}, 3);
  const at::Tensor z0 = normal({1, 1, 3}, 2), h = normal({1, 3}, 3);
  const at::Tensor w1 = entry(*flow, "between.network.hidden_0.weight"),
                   b1 = entry(*flow, "between.network.hidden_0.bias");
  const at::Tensor w2 = entry(*flow, "between.network.output.weight"), b2 = entry(*flow, "between.network.output.bias");
  const auto number = [](const at::Tensor& x) { return x.item<double>(); };
  double output[4];  // m of the two lower units, then r
  for (int64_t o = 0; o < 4; ++o) {
    output[o] = number(b2[o]);
    for (int64_t j = 0; j < 4; ++j) {
      double sum = number(b1[j]) + number(w1[j][0]) * number(z0[0][0][0]);
      for (int64_t c = 0; c < 3; ++c) sum += number(w1[j][c + 1]) * number(h[0][c]);
      output[o] += number(w2[o][j]) * std::tanh(sum);
    }
  }
  const FlowResult result = flow->forward(z0, h);
  double log_det = 0;
  for (int64_t d = 0; d < 2; ++d) {
    const double s = 1.5 * std::tanh(output[d + 2] / 1.5);
    log_det += s;
    REQUIRE_THAT(number(result.z[0][0][d + 1]), WithinAbs(output[d] + std::exp(s) * number(z0[0][0][d + 1]), 1e-12));
  }
  REQUIRE_THAT(number(result.log_det), WithinAbs(log_det, 1e-12));
}

TEST_CASE("the context reaches every lower unit and no upper one", "[flow][hierarchical]") {
  const auto flow = make({}, 5);
  REQUIRE(flow->context_width() == 3);
  const at::Tensor h = normal({1, 3}, 3).set_requires_grad(true);
  const at::Tensor full = jacobian(flow->forward(normal({1, 1, 5}, 2), h).z[0][0], h);  // [D, 1, C]
  REQUIRE((full.narrow(0, 0, 2) == 0).all().item<bool>());
  REQUIRE((full.narrow(0, 2, 3) != 0).all().item<bool>());
  REQUIRE(make({{"context", int64_t{0}}}, 5)->context_width() == 0);
}

TEST_CASE("the hierarchical flow's inverse undoes it, and it undoes its inverse", "[flow][hierarchical]") {
  for (const int64_t dims : {2, 5, 6}) {
    for (const int64_t context : {3, 0}) {
      const auto flow = trained({{"context", context}}, dims);
      const at::Tensor h = context ? normal({4, context}, 3) : at::Tensor(), z = normal({2, 4, dims}, 2);
      REQUIRE((flow->inverse(flow->forward(z, h).z, h) - z).abs().max().item<double>() < 1e-10);
      REQUIRE((flow->forward(flow->inverse(z, h), h).z - z).abs().max().item<double>() < 1e-10);
    }
  }
}

TEST_CASE("a new hierarchical flow starts near the identity", "[flow][hierarchical]") {
  const int64_t dims = 128, n = 500;
  const auto flow = make({{"context", int64_t{128}}, {"hidden", std::vector<int64_t>{128}}}, dims);
  const at::Tensor z0 = normal({1, n, dims}, 2);
  const FlowResult result = flow->forward(z0, normal({n, 128}, 3));
  REQUIRE((result.z - z0).abs().max().item<double>() < 0.3);
  REQUIRE_FALSE(at::equal(result.z, z0));
  // ln q(z) - ln p(z) for the posterior and the prior N(0, 1); the constants ln 2π cancel.
  const at::Tensor difference = (result.z.square().sum(2) - z0.square().sum(2)) * 0.5 - result.log_det;
  REQUIRE(std::abs(difference.mean().item<double>()) < 1e-3 * dims);
}

TEST_CASE("the hierarchical flow is finite far from the origin", "[flow][hierarchical]") {
  for (const std::string activation : {"tanh", "relu", "linear"}) {
    const auto flow = trained({{"activation", activation}}, 6, at::kFloat);
    const at::Tensor z0 = (normal({2, 50, 6}, 2, at::kFloat) * 1e3).set_requires_grad(true);
    const FlowResult result = flow->forward(z0, normal({50, 3}, 3, at::kFloat));
    REQUIRE(result.log_det.abs().max().item<double>() <= 3 * 5);
    (result.z.sum() + result.log_det.sum()).backward();
    for (const at::Tensor& x : {result.z, result.log_det, z0.grad()}) REQUIRE(at::isfinite(x).all().item<bool>());
    for (const at::Tensor& parameter : flow->parameters()) REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
  }
}

TEST_CASE("a hierarchical flow with copied tensors is bit-equal", "[flow][hierarchical]") {
  const auto flow = make({}, 6, 1, at::kFloat), other = make({}, 6, 2, at::kFloat);
  const at::Tensor z0 = normal({2, 4, 6}, 2, at::kFloat), h = normal({4, 3}, 3, at::kFloat);
  const FlowResult expected = flow->forward(z0, h);
  REQUIRE_FALSE(at::equal(other->forward(z0, h).z, expected.z));
  const auto from = flow->entries(), to = other->entries();
  REQUIRE(from.size() == to.size());
  for (size_t i = 0; i < from.size(); ++i) {
    REQUIRE(from[i].name == to[i].name);
    *to[i].tensor = from[i].tensor->detach().clone();
  }
  other->loaded();
  const FlowResult result = other->forward(z0, h);
  REQUIRE(at::equal(result.z, expected.z));
  REQUIRE(at::equal(result.log_det, expected.log_det));
}

TEST_CASE("every weight of a new hierarchical flow gets a gradient, and none is penalised", "[flow][hierarchical]") {
  const auto flow = make({}, 5);
  const FlowResult result = flow->forward(normal({3, 40, 5}, 2), normal({40, 3}, 3));
  (result.z.square().sum() - result.log_det.sum()).backward();
  for (const auto& entry : flow->entries()) {
    INFO(entry.name);
    REQUIRE_FALSE(entry.traits.penalised);
    REQUIRE((entry.tensor->grad() != 0).all().item<bool>());
  }
}

TEST_CASE("a hierarchical flow draws from its own generator only", "[flow][hierarchical]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const auto flow = make({}, 6, 9), twin = make({}, 6, 9);
  const at::Tensor z0 = normal({2, 4, 6}, 2), h = normal({4, 3}, 3);
  REQUIRE(at::equal(flow->forward(z0, h).z, twin->forward(z0, h).z));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("a hierarchical flow refuses options and inputs that do not fit", "[flow][hierarchical]") {
  try {
    make({}, 1);
    FAIL("no error");
  } catch (const Error& error) {
    REQUIRE(error.status() == Status::config);
    REQUIRE_THAT(error.what(), ContainsSubstring("latent = 1: two levels need at least 2 latent units"));
  }
  REQUIRE_THROWS_AS(make({{"top", int64_t{4}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"top", int64_t{-1}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"hidden", std::vector<int64_t>{0}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"activation", std::string("sine")}}, 4), Error);
  const auto flow = make({}, 4);
  for (const at::Tensor& z : {normal({1, 2, 5}, 1), normal({2, 4}, 1), at::Tensor()}) {
    REQUIRE_THROWS_AS(flow->forward(z, normal({2, 3}, 1)), Error);
    REQUIRE_THROWS_AS(flow->inverse(z, normal({2, 3}, 1)), Error);
  }
  for (const at::Tensor& h : {normal({3, 3}, 1), normal({2, 2}, 1), normal({1, 3}, 1), at::Tensor()})
    REQUIRE_THROWS_AS(flow->forward(normal({1, 2, 4}, 1), h), Error);
}
