// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <set>

#include "scprior/error.hpp"
#include "scprior/nn.hpp"
#include "vamp.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Given = std::map<std::string, OptionValue>;

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr int64_t n_genes = 15;

/// The least that a model's encoder is: hidden layers and two heads.
struct SmallEncoder : Module {
  explicit SmallEncoder(int64_t latent, uint64_t seed = 31)
      : trunk(n_genes, {8, 6}, {}, false, at::detail::createCPUGenerator(seed)),
        mean(6, latent, false, at::detail::createCPUGenerator(seed + 1)),
        log_var(6, latent, false, at::detail::createCPUGenerator(seed + 2)) {
    add_child("trunk", trunk);
    add_child("mean", mean);
    add_child("log_var", log_var);
  }
  Posterior encode(const CountMatrix& x) const {
    const at::Tensor h = trunk.forward(x);
    return {mean.forward(h) * 2, log_var.forward(h), at::Tensor()};
  }
  Prior::Encode function() const {
    return [this](const CountMatrix& x) { return encode(x); };
  }

  nn::EncoderTrunk trunk;
  nn::Linear mean, log_var;
};

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, double sd = 1) {
  return at::empty(shape, at::kDouble).normal_(0, sd, at::detail::createCPUGenerator(seed));
}

CellBatch cells(int64_t n) {
  CellBatch batch;
  const at::Tensor x = at::empty({n, n_genes}, at::kDouble).uniform_(-4, 5, at::detail::createCPUGenerator(22));
  batch.counts = CountMatrix::from_dense(x.relu().ceil());
  batch.normalised = log_normalise(batch.counts);
  return batch;
}

std::unique_ptr<VampPrior> make(int64_t components, int64_t latent, Given given = {}) {
  given["components"] = components;
  auto prior = std::make_unique<VampPrior>(Options::resolve(VampPrior::options(), given));
  prior->build({.genes = n_genes, .latent = latent}, at::detail::createCPUGenerator(1));
  prior->to(at::kDouble);
  if (prior->n_initial_cells() > 0)
    prior->initialise(cells(prior->n_initial_cells()), at::detail::createCPUGenerator(2));
  return prior;
}

/// A prior whose components are given: the encoder returns them whatever its input.
std::unique_ptr<VampPrior> with_components(const at::Tensor& mean, const at::Tensor& log_var, Given given = {}) {
  auto prior = make(mean.size(0), mean.size(1), std::move(given));
  prior->prepare([&](const CountMatrix&) { return Posterior{mean, log_var, at::Tensor()}; });
  return prior;
}

/// Σ_k of densities, not of logarithms: a different way of computation than the code's.
double brute_force(const at::Tensor& z, const at::Tensor& mean, const at::Tensor& log_var) {
  long double density = 0;
  for (int64_t k = 0; k < mean.size(0); ++k) {
    long double component = 1;
    for (int64_t d = 0; d < mean.size(1); ++d) {
      const long double variance = std::exp(static_cast<long double>(log_var[k][d].item<double>()));
      const long double distance = static_cast<long double>(z[d].item<double>()) - mean[k][d].item<double>();
      component *=
          std::exp(-distance * distance / (2 * variance)) / std::sqrt(2 * static_cast<long double>(pi) * variance);
    }
    density += component / static_cast<long double>(mean.size(0));
  }
  return static_cast<double>(std::log(density));
}

at::Tensor* entry(const Module& module, const std::string& name) {
  for (const Module::Entry& candidate : module.entries())
    if (candidate.name == name) return candidate.tensor;
  FAIL("no tensor called " << name);
  return nullptr;
}

}  // namespace

TEST_CASE("the VampPrior's log-density equals brute force over the encoded pseudo-inputs", "[prior][vamp]") {
  SmallEncoder encoder(3);
  encoder.to(at::kDouble);
  const std::vector<Given> variants = {{}, {{"space", std::string("counts")}}, {{"map", std::string("softplus")}}};
  for (const Given& given : variants) {
    const auto prior = make(7, 3, given);
    prior->prepare(encoder.function());
    const Posterior components = encoder.encode(prior->pseudo_inputs());
    const at::Tensor z = normal({2, 4, 3}, 3, 2), log_prob = prior->log_prob(z);
    REQUIRE(log_prob.sizes() == at::IntArrayRef({2, 4}));
    for (int64_t s = 0; s < 2; ++s)
      for (int64_t b = 0; b < 4; ++b)
        REQUIRE_THAT(log_prob[s][b].item<double>(),
                     WithinRel(brute_force(z[s][b], components.mean, components.log_var), 1e-11));
  }
}

TEST_CASE("the VampPrior is a density: it integrates to one", "[prior][vamp]") {
  const auto prior = with_components(normal({6, 2}, 4), normal({6, 2}, 5, 0.5));
  const int64_t n = 400;
  const double half_width = 10, step = 2 * half_width / n;
  const at::Tensor axis = (at::arange(n, at::kDouble) + 0.5) * step - half_width;
  const at::Tensor grid = at::stack({axis.repeat_interleave(n), axis.repeat({n})}, 1).unsqueeze(0);
  REQUIRE_THAT(at::exp(prior->log_prob(grid)).sum().item<double>() * step * step, WithinAbs(1, 1e-6));
}

TEST_CASE("equal components are one component: -ln K is there, and log_k = false leaves it out", "[prior][vamp]") {
  const at::Tensor mean = normal({1, 3}, 4), log_var = normal({1, 3}, 5, 0.5), z = normal({1, 4, 3}, 6);
  const auto single = with_components(mean, log_var),
             many = with_components(mean.repeat({9, 1}), log_var.repeat({9, 1}));
  const auto without = with_components(mean.repeat({9, 1}), log_var.repeat({9, 1}), {{"log_k", false}});
  REQUIRE(at::allclose(many->log_prob(z), single->log_prob(z), 1e-12, 1e-12));
  REQUIRE(at::allclose(without->log_prob(z), single->log_prob(z) + std::log(9.0), 1e-12, 1e-12));
}

TEST_CASE("with one component the Monte-Carlo divergence equals the closed form", "[prior][vamp]") {
  const at::Tensor p_mean = normal({1, 3}, 4), p_log_var = normal({1, 3}, 5, 0.7);
  const at::Tensor q_mean = normal({1, 3}, 6), q_log_var = normal({1, 3}, 7, 0.7);
  const auto prior = with_components(p_mean, p_log_var);
  const int64_t n = 200000;
  const at::Tensor z = q_mean + at::exp(q_log_var / 2) * normal({n, 1, 3}, 8);
  const double entropy = 0.5 * (q_log_var + 1 + std::log(2 * pi)).sum().item<double>();
  const at::Tensor draws = -entropy - prior->log_prob(z);
  const double estimate = draws.mean().item<double>(), error = draws.std().item<double>() / std::sqrt(double(n));
  const double closed =
      0.5 * (p_log_var - q_log_var - 1 + (at::exp(q_log_var) + (q_mean - p_mean).square()) / at::exp(p_log_var))
                .sum()
                .item<double>();
  REQUIRE_THAT(estimate, WithinAbs(closed, 4 * error));
  REQUIRE_FALSE(prior->kl({q_mean, q_log_var, at::Tensor()}).has_value());
}

TEST_CASE("samples agree with the density", "[prior][vamp]") {
  // One latent unit, three lumps: the histogram against the integrated density of each bin.
  const at::Tensor mean = at::tensor({-3.0, 0.5, 4.0}, at::kDouble).view({3, 1});
  const at::Tensor log_var = at::tensor({-1.0, 0.4, -2.0}, at::kDouble).view({3, 1});
  for (const bool learned : {false, true}) {
    const auto prior = with_components(mean, log_var, {{"learnable_weights", learned}});
    if (learned) {
      const at::NoGradGuard no_grad;
      entry(*prior, "weight_logits")->copy_(at::tensor({0.5, -1.0, 0.8}, at::kDouble));
    }
    const int64_t n = 400000, n_bins = 60, per_bin = 200;
    const double from = -7, to = 7, step = (to - from) / (n_bins * per_bin);
    const at::Tensor grid = (at::arange(n_bins * per_bin, at::kDouble) + 0.5) * step + from;
    const at::NoGradGuard no_grad;
    const at::Tensor p = at::exp(prior->log_prob(grid.view({1, -1, 1}))).view({n_bins, per_bin}).sum(1) * step;
    const at::Tensor z = prior->sample(n, at::detail::createCPUGenerator(9));
    const at::Tensor bin = ((z.view(-1) - from) / (to - from) * n_bins).floor().to(at::kLong).clamp(0, n_bins - 1);
    const at::Tensor share = at::bincount(bin, {}, n_bins).to(at::kDouble) / double(n);
    const at::Tensor standard_error = at::sqrt(p * (1 - p) / double(n)) + 1 / double(n);
    REQUIRE_THAT(p.sum().item<double>(), WithinAbs(1, 1e-4));
    REQUIRE(((share - p).abs() / standard_error).max().item<double>() < 5);
  }
}

TEST_CASE("samples have the components' standard deviation, not their variance", "[prior][vamp]") {
  const at::Tensor mean = at::full({1, 2}, 3, at::kDouble), log_var = at::tensor({-2.0, 3.0}, at::kDouble).view({1, 2});
  const auto prior = with_components(mean, log_var);
  const int64_t n = 100000;
  const at::Tensor z = prior->sample(n, at::detail::createCPUGenerator(10));
  REQUIRE_FALSE(z.requires_grad());
  for (int64_t d = 0; d < 2; ++d) {
    const double expected = std::exp(0.5 * log_var[0][d].item<double>());
    REQUIRE_THAT(z.select(1, d).std().item<double>(), WithinRel(expected, 4 / std::sqrt(2.0 * n)));
  }
}

TEST_CASE("samples draw components at random, from the given generator only", "[prior][vamp]") {
  const int64_t k = 50;
  const at::Tensor mean = at::arange(k, at::kDouble).view({k, 1}) * 100;
  const auto prior = with_components(mean, at::zeros({k, 1}, at::kDouble));
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const at::Tensor z = prior->sample(k, at::detail::createCPUGenerator(12));
  REQUIRE(at::equal(z, prior->sample(k, at::detail::createCPUGenerator(12))));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
  const at::Tensor component = (z.view(-1) / 100).round();
  REQUIRE_FALSE(at::equal(component, at::arange(k, at::kDouble)));  // not one each, in order
  REQUIRE(std::get<0>(at::_unique(component)).size(0) > k / 3);
  REQUIRE(prior->sample(0, at::detail::createCPUGenerator(12)).sizes() == at::IntArrayRef({0, 1}));
}

TEST_CASE("gradients reach the pseudo-inputs and the encoder, and equal finite differences", "[prior][vamp]") {
  SmallEncoder encoder(3);
  encoder.to(at::kDouble);
  for (const std::string map : {"clamp", "softplus"}) {
    const auto prior = make(4, 3, {{"map", map}, {"learnable_weights", true}});
    const at::Tensor z = normal({2, 5, 3}, 3, 2);
    const auto objective = [&] {
      prior->prepare(encoder.function());
      return prior->log_prob(z).sum();
    };
    objective().backward();
    std::vector<at::Tensor> parameters = prior->parameters();
    REQUIRE(parameters.size() == 2);
    for (const at::Tensor& parameter : encoder.parameters()) parameters.push_back(parameter);
    for (const at::Tensor& parameter : parameters) {
      REQUIRE(parameter.grad().defined());
      REQUIRE(parameter.grad().abs().max().item<double>() > 0);
      const at::NoGradGuard no_grad;
      const at::Tensor flat = parameter.view(-1), gradient = parameter.grad().reshape(-1);
      for (int64_t i = 0; i < flat.size(0); i += 7) {
        const double step = 1e-6, start = flat[i].item<double>();
        flat[i].fill_(start + step);
        const double up = objective().item<double>();
        flat[i].fill_(start - step);
        const double down = objective().item<double>();
        flat[i].fill_(start);
        REQUIRE_THAT(gradient[i].item<double>(), WithinAbs((up - down) / (2 * step), 2e-6));
      }
      parameter.mutable_grad().reset();
    }
  }
}

TEST_CASE("tied = false encodes with a network of its own that nothing trains", "[prior][vamp]") {
  const auto prior = make(4, 3, {{"tied", false}, {"untied_hidden", std::vector<int64_t>{6, 5}}});
  bool asked = false;
  prior->prepare([&](const CountMatrix&) -> Posterior {
    asked = true;
    return {};
  });
  REQUIRE_FALSE(asked);
  REQUIRE(prior->parameters().size() == 1);  // the pseudo-inputs
  prior->log_prob(normal({1, 5, 3}, 3)).sum().backward();
  REQUIRE(prior->parameters()[0].grad().abs().max().item<double>() > 0);
  size_t frozen = 0;
  for (const auto& e : prior->entries()) {
    if (!e.name.starts_with("untied.")) continue;
    ++frozen;
    REQUIRE_FALSE(e.traits.trainable);
    REQUIRE_FALSE(e.tensor->requires_grad());
    if (e.tensor->is_floating_point()) REQUIRE(e.tensor->scalar_type() == at::kDouble);
  }
  REQUIRE(frozen == 2 * 2 + 2 * 4 + 2 * 2);  // two linear layers, two BatchNorms, two heads
}

TEST_CASE("sfaira's variant trains: constant start, hard sigmoid, untied, without ln K", "[prior][vamp]") {
  const auto prior = make(4, 3,
                          {{"init", std::string("constant")},
                           {"map", std::string("hard_sigmoid")},
                           {"tied", false},
                           {"log_k", false},
                           {"untied_hidden", std::vector<int64_t>{6}}});
  REQUIRE(prior->n_initial_cells() == 0);
  prior->prepare([](const CountMatrix&) -> Posterior { return {}; });
  const at::Tensor log_prob = prior->log_prob(normal({1, 5, 3}, 3));
  REQUIRE(at::isfinite(log_prob).all().item<bool>());
  log_prob.sum().backward();
  REQUIRE(prior->parameters()[0].grad().abs().max().item<double>() > 0);
}

TEST_CASE("a prior with copied tensors is bit-equal", "[prior][vamp]") {
  SmallEncoder encoder(3);
  encoder.to(at::kDouble);
  const std::vector<Given> variants = {
      {}, {{"map", std::string("identity")}}, {{"tied", false}, {"learnable_weights", true}}};
  for (const Given& given : variants) {
    const auto prior = make(6, 3, given);
    Given same = given;
    same["components"] = int64_t{6};
    VampPrior other(Options::resolve(VampPrior::options(), same));
    other.build({.genes = n_genes, .latent = 3}, at::detail::createCPUGenerator(77));
    other.to(at::kDouble);
    REQUIRE_THROWS_AS(other.prepare(encoder.function()), Error);  // neither cells nor a saved model yet
    const auto from = prior->entries(), to = other.entries();
    REQUIRE(from.size() == to.size());
    for (size_t i = 0; i < from.size(); ++i) {
      REQUIRE(from[i].name == to[i].name);
      if (!from[i].traits.shape_from_data) REQUIRE(from[i].tensor->sizes() == to[i].tensor->sizes());
      *to[i].tensor = from[i].tensor->detach().clone();
    }
    other.loaded();
    prior->prepare(encoder.function());
    other.prepare(encoder.function());
    const at::Tensor z = normal({2, 4, 3}, 3);
    REQUIRE(at::equal(prior->log_prob(z), other.log_prob(z)));
    REQUIRE(at::equal(prior->sample(5, at::detail::createCPUGenerator(1)),
                      other.sample(5, at::detail::createCPUGenerator(1))));
  }
}

TEST_CASE("the VampPrior is finite far from the origin in float", "[prior][vamp]") {
  SmallEncoder encoder(3);
  const auto prior = make(8, 3);
  prior->to(at::kFloat);
  prior->prepare(encoder.function());
  const at::Tensor z = (normal({1, 20, 3}, 3) * 1e4).to(at::kFloat).set_requires_grad(true);
  const at::Tensor log_prob = prior->log_prob(z);
  REQUIRE(at::isfinite(log_prob).all().item<bool>());
  log_prob.sum().backward();
  REQUIRE(at::isfinite(z.grad()).all().item<bool>());
  for (const at::Tensor& parameter : prior->parameters()) REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
}

TEST_CASE("the VampPrior says what is missing", "[prior][vamp]") {
  const auto prior = make(4, 3);
  REQUIRE(prior->n_initial_cells() == 4);
  REQUIRE_THROWS_AS(prior->log_prob(normal({1, 2, 3}, 1)), Error);
  REQUIRE_THROWS_AS(prior->sample(3, at::detail::createCPUGenerator(1)), Error);
  try {
    prior->prepare([](const CountMatrix& u) { return Posterior{at::zeros({u.rows(), 3}, at::kDouble), {}, {}}; });
    FAIL("no error");
  } catch (const Error& error) {
    REQUIRE(error.status() == Status::config);
    REQUIRE(std::string(error.what()).find("deterministic") != std::string::npos);
  }
  REQUIRE_THROWS_AS(make(0, 3), Error);
  REQUIRE_THROWS_AS(make(4, 3, {{"tied", false}, {"untied_hidden", std::vector<int64_t>{}}}), Error);
  REQUIRE_THROWS_AS(make(4, 3, {{"map", std::string("clam")}}), Error);
}
