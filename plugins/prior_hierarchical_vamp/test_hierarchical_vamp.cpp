// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "hierarchical_vamp.hpp"
#include "scprior/error.hpp"
#include "scprior/nn.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
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
    to(at::kDouble);
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

std::unique_ptr<HierarchicalVampPrior> make(int64_t components, int64_t latent, Given given = {}, uint64_t seed = 1) {
  given["components"] = components;
  given.try_emplace("hidden", std::vector<int64_t>{8});
  auto prior = std::make_unique<HierarchicalVampPrior>(Options::resolve(HierarchicalVampPrior::options(), given));
  prior->build({.genes = n_genes, .latent = latent}, at::detail::createCPUGenerator(seed));
  prior->to(at::kDouble);
  if (const int64_t n = prior->n_initial_cells()) prior->initialise(cells(n), at::detail::createCPUGenerator(2));
  return prior;
}

/// Weights as after a long training, far from the calm ones of a new prior.
void train_network(HierarchicalVampPrior& prior, double sd = 0.6) {
  const at::NoGradGuard no_grad;
  at::Generator noise = at::detail::createCPUGenerator(7);
  for (const auto& entry : prior.entries())
    if (entry.name.starts_with("between.")) entry.tensor->normal_(0, sd, noise);
}

/// A prior whose components are given: the encoder returns them whatever its input.
std::unique_ptr<HierarchicalVampPrior> with_components(const at::Tensor& mean, const at::Tensor& log_var,
                                                       Given given = {}) {
  auto prior = make(mean.size(0), mean.size(1), std::move(given));
  train_network(*prior);
  prior->prepare([&](const CountMatrix&) { return Posterior{mean, log_var, at::Tensor()}; });
  return prior;
}

at::Tensor entry(const Module& module, const std::string& name) {
  for (const Module::Entry& candidate : module.entries())
    if (candidate.name == name) return candidate.tensor->detach();
  FAIL("no tensor called " << name);
  return {};
}

double number(const at::Tensor& x) { return x.item<double>(); }

long double gauss(double z, long double mean, long double variance) {
  return std::exp(-(z - mean) * (z - mean) / (2 * variance)) / std::sqrt(2 * static_cast<long double>(pi) * variance);
}

/// ln of Σ_k 1/K Π_d N(z2_d; ...) times Π_d N(z1_d; ...): densities, not logarithms, unit by unit, and the network of
/// one hidden tanh layer by its equation.
double brute_force(const HierarchicalVampPrior& prior, const at::Tensor& z, const at::Tensor& mean,
                   const at::Tensor& log_var, int64_t top, double bound) {
  long double upper = 0;
  for (int64_t k = 0; k < mean.size(0); ++k) {
    long double component = 1;
    for (int64_t d = 0; d < top; ++d)
      component *= gauss(number(z[d]), number(mean[k][d]), std::exp(static_cast<long double>(number(log_var[k][d]))));
    upper += component / static_cast<long double>(mean.size(0));
  }
  const at::Tensor w1 = entry(prior, "between.network.hidden_0.weight"),
                   b1 = entry(prior, "between.network.hidden_0.bias");
  const at::Tensor w2 = entry(prior, "between.network.output.weight"), b2 = entry(prior, "between.network.output.bias");
  const auto output = [&](int64_t o) {
    long double sum = number(b2[o]);
    for (int64_t j = 0; j < b1.size(0); ++j) {
      long double hidden = number(b1[j]);
      for (int64_t d = 0; d < top; ++d) hidden += number(w1[j][d]) * number(z[d]);
      sum += number(w2[o][j]) * std::tanh(hidden);
    }
    return sum;
  };
  const int64_t lower = z.size(0) - top;
  long double density = upper;
  for (int64_t d = 0; d < lower; ++d) {
    const long double log_sd = bound * std::tanh(output(lower + d) / bound);
    density *= gauss(number(z[top + d]), output(d), std::exp(2 * log_sd));
  }
  return static_cast<double>(std::log(density));
}

/// [n² , 2] midpoints of a square grid, the first coordinate varying slowest.
at::Tensor grid(int64_t n, double half_width) {
  const at::Tensor axis = (at::arange(n, at::kDouble) + 0.5) * (2 * half_width / n) - half_width;
  return at::stack({axis.repeat_interleave(n), axis.repeat({n})}, 1);
}

/// Three lumps on the one upper unit; what the encoder says of the lower one must not matter.
std::unique_ptr<HierarchicalVampPrior> plane() {
  const at::Tensor mean = at::tensor({-3.0, 1e3, 0.5, 2e3, 3.0, -1e3}, at::kDouble).view({3, 2});
  const at::Tensor log_var = at::tensor({-1.0, 5.0, 0.4, -5.0, -2.0, 0.0}, at::kDouble).view({3, 2});
  return with_components(mean, log_var, {{"log_scale_bound", 0.8}});
}

}  // namespace

TEST_CASE("the two-level prior's density equals brute force over pseudo-inputs", "[prior][hierarchical_vamp]") {
  const std::vector<std::array<int64_t, 3>> cases = {{2, 0, 1}, {4, 0, 2}, {5, 0, 2}, {5, 4, 4}, {5, 1, 1}};
  for (const auto& [latent, given_top, top] : cases) {
    SmallEncoder encoder(latent);
    for (const std::string space : {"log1p", "counts"}) {
      const auto prior = make(7, latent, {{"top", given_top}, {"space", space}, {"log_scale_bound", 1.5}});
      train_network(*prior);
      prior->prepare(encoder.function());
      const Posterior components = encoder.encode(prior->pseudo_inputs());
      const at::Tensor z = normal({2, 3, latent}, 3, 2), log_prob = prior->log_prob(z);
      REQUIRE(log_prob.sizes() == at::IntArrayRef({2, 3}));
      for (int64_t s = 0; s < 2; ++s)
        for (int64_t b = 0; b < 3; ++b)
          REQUIRE_THAT(number(log_prob[s][b]),
                       WithinRel(brute_force(*prior, z[s][b], components.mean, components.log_var, top, 1.5), 1e-11));
    }
  }
}

TEST_CASE("the two-level prior is a density: it integrates to one", "[prior][hierarchical_vamp]") {
  const int64_t n = 800;
  const double half_width = 20, step = 2 * half_width / n;
  const at::NoGradGuard no_grad;
  const at::Tensor density = at::exp(plane()->log_prob(grid(n, half_width).unsqueeze(0)));
  REQUIRE_THAT(number(density.sum()) * step * step, WithinAbs(1, 1e-6));
}

TEST_CASE("samples of the two-level prior agree with its density", "[prior][hierarchical_vamp]") {
  const auto prior = plane();
  const int64_t n = 400000, n_bins = 25, per_bin = 16, per_axis = n_bins * per_bin;
  const double half_width = 8, step = 2 * half_width / per_axis;
  const at::NoGradGuard no_grad;
  const at::Tensor density = at::exp(prior->log_prob(grid(per_axis, half_width).unsqueeze(0)));
  const at::Tensor p = density.view({n_bins, per_bin, n_bins, per_bin}).sum({1, 3}).view(-1) * (step * step);
  REQUIRE(number(p.sum()) > 0.999);
  const at::Tensor z = prior->sample(n, at::detail::createCPUGenerator(9));
  const at::Tensor bins = ((z + half_width) / (2 * half_width) * n_bins).floor().to(at::kLong);  // [n, 2]
  const at::Tensor inside = ((bins >= 0) & (bins < n_bins)).all(1);
  const at::Tensor bin = (bins.select(1, 0) * n_bins + bins.select(1, 1)).masked_select(inside);
  const at::Tensor share = at::bincount(bin, {}, n_bins * n_bins).to(at::kDouble) / double(n);
  const at::Tensor standard_error = at::sqrt(p * (1 - p) / double(n)) + 1 / double(n);
  REQUIRE(number(((share - p).abs() / standard_error).max()) < 5);
  // The lower unit does depend on the upper one: the two marginals do not explain the density.
  const at::Tensor table = p.view({n_bins, n_bins});
  REQUIRE(number((table - table.sum(1, true) * table.sum(0, true)).abs().sum()) > 0.1);
}

TEST_CASE("samples of the two-level prior come from the given generator only", "[prior][hierarchical_vamp]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const auto prior = plane();
  const at::Tensor z = prior->sample(50, at::detail::createCPUGenerator(12));
  REQUIRE_FALSE(z.requires_grad());
  REQUIRE(at::equal(z, prior->sample(50, at::detail::createCPUGenerator(12))));
  REQUIRE_FALSE(at::equal(z, prior->sample(50, at::detail::createCPUGenerator(13))));
  REQUIRE(prior->sample(0, at::detail::createCPUGenerator(12)).sizes() == at::IntArrayRef({0, 2}));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("a new two-level prior has a standard normal below", "[prior][hierarchical_vamp]") {
  SmallEncoder encoder(6);
  const auto prior = make(5, 6);
  prior->prepare(encoder.function());
  const at::NoGradGuard no_grad;
  const at::Tensor z = normal({1, 20, 6}, 3);
  const at::Tensor origin = z.clone();
  origin.narrow(2, 3, 3).zero_();
  const at::Tensor difference = prior->log_prob(origin) - prior->log_prob(z);
  REQUIRE(number((difference - z.narrow(2, 3, 3).square().sum(2) * 0.5).abs().max()) < 0.1);
}

TEST_CASE("gradients of the two-level prior equal finite differences", "[prior][hierarchical_vamp]") {
  SmallEncoder encoder(3);
  for (const std::string map : {"clamp", "softplus"}) {
    const auto prior = make(4, 3, {{"map", map}});
    train_network(*prior, 0.4);
    const at::Tensor z = normal({2, 5, 3}, 3).set_requires_grad(true);
    const auto objective = [&] {
      prior->prepare(encoder.function());
      return prior->log_prob(z).sum();
    };
    objective().backward();
    std::vector<at::Tensor> inputs = prior->parameters();
    REQUIRE(inputs.size() == 1 + 4);  // the pseudo-inputs; two layers
    for (const at::Tensor& parameter : encoder.parameters()) inputs.push_back(parameter);
    inputs.push_back(z);
    for (const at::Tensor& input : inputs) {
      REQUIRE(input.grad().defined());
      REQUIRE(number(input.grad().abs().max()) > 0);
      const at::NoGradGuard no_grad;
      const at::Tensor flat = input.view(-1), gradient = input.grad().reshape(-1);
      for (int64_t i = 0; i < flat.size(0); i += 5) {
        const double step = 1e-6, start = number(flat[i]);
        flat[i].fill_(start + step);
        const double up = number(objective());
        flat[i].fill_(start - step);
        const double down = number(objective());
        flat[i].fill_(start);
        REQUIRE_THAT(number(gradient[i]),
                     WithinAbs((up - down) / (2 * step), 2e-6) || WithinRel((up - down) / (2 * step), 1e-6));
      }
      input.mutable_grad().reset();
    }
  }
}

TEST_CASE("the network of a new two-level prior is trained and not penalised", "[prior][hierarchical_vamp]") {
  SmallEncoder encoder(5);
  const auto prior = make(4, 5);
  prior->prepare(encoder.function());
  prior->log_prob(normal({2, 30, 5}, 3)).sum().backward();
  for (const auto& e : prior->entries()) {
    INFO(e.name);
    REQUIRE_FALSE(e.traits.penalised);
    if (e.name.starts_with("between.")) REQUIRE((e.tensor->grad() != 0).all().item<bool>());
  }
}

TEST_CASE("a two-level prior with copied tensors is bit-equal", "[prior][hierarchical_vamp]") {
  SmallEncoder encoder(5);
  for (const Given& given : {Given{}, Given{{"map", std::string("identity")}, {"top", int64_t{3}}}}) {
    const auto prior = make(6, 5, given);
    Given same = given;
    same["components"] = int64_t{6};
    same["hidden"] = std::vector<int64_t>{8};
    HierarchicalVampPrior other(Options::resolve(HierarchicalVampPrior::options(), same));
    other.build({.genes = n_genes, .latent = 5}, at::detail::createCPUGenerator(77));
    other.to(at::kDouble);
    REQUIRE_THROWS_AS(other.prepare(encoder.function()), Error);  // neither cells nor a saved model yet
    const auto from = prior->entries(), to = other.entries();
    REQUIRE(from.size() == to.size());
    for (size_t i = 0; i < from.size(); ++i) {
      REQUIRE(from[i].name == to[i].name);
      *to[i].tensor = from[i].tensor->detach().clone();
    }
    other.loaded();
    prior->prepare(encoder.function());
    other.prepare(encoder.function());
    const at::Tensor z = normal({2, 4, 5}, 3);
    REQUIRE(at::equal(prior->log_prob(z), other.log_prob(z)));
    REQUIRE(at::equal(prior->sample(5, at::detail::createCPUGenerator(1)),
                      other.sample(5, at::detail::createCPUGenerator(1))));
  }
}

TEST_CASE("the two-level prior is finite far from the origin in float", "[prior][hierarchical_vamp]") {
  SmallEncoder encoder(6);
  for (const std::string activation : {"tanh", "relu"}) {
    const auto prior = make(8, 6, {{"activation", activation}});
    train_network(*prior);
    prior->to(at::kFloat);
    encoder.to(at::kFloat);
    prior->prepare(encoder.function());
    const at::Tensor z = (normal({2, 20, 6}, 3) * 1e3).to(at::kFloat).set_requires_grad(true);
    const at::Tensor log_prob = prior->log_prob(z);
    REQUIRE(at::isfinite(log_prob).all().item<bool>());
    log_prob.sum().backward();
    REQUIRE(at::isfinite(z.grad()).all().item<bool>());
    for (const at::Tensor& parameter : prior->parameters())
      REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
  }
}

TEST_CASE("sfaira's constant start needs no cells in the two-level prior either", "[prior][hierarchical_vamp]") {
  SmallEncoder encoder(4);
  const auto prior = make(4, 4, {{"init", std::string("constant")}, {"map", std::string("hard_sigmoid")}});
  REQUIRE(prior->n_initial_cells() == 0);
  prior->initialise({}, at::detail::createCPUGenerator(2));
  prior->prepare(encoder.function());
  REQUIRE(at::isfinite(prior->log_prob(normal({1, 5, 4}, 3))).all().item<bool>());
}

TEST_CASE("the two-level prior says what is missing", "[prior][hierarchical_vamp]") {
  const auto text_of = [](const auto& action, Status status) -> std::string {
    try {
      action();
    } catch (const Error& error) {
      REQUIRE(error.status() == status);
      return error.what();
    }
    FAIL("no error");
    return "";
  };
  const auto one_unit = [] { make(4, 1); };
  REQUIRE_THAT(text_of(one_unit, Status::config), ContainsSubstring("two levels need at least 2 latent units"));
  const auto all_above = [] { make(4, 3, {{"top", int64_t{3}}}); };
  REQUIRE_THAT(text_of(all_above, Status::config), ContainsSubstring("top = 3 of 3 latent units"));
  const auto prior = make(4, 3);
  REQUIRE(prior->n_initial_cells() == 4);
  REQUIRE_THAT(text_of([&] { prior->log_prob(normal({1, 2, 3}, 1)); }, Status::argument), ContainsSubstring("prepare"));
  REQUIRE_THAT(text_of([&] { prior->sample(3, at::detail::createCPUGenerator(1)); }, Status::argument),
               ContainsSubstring("prepare"));
  const auto deterministic = [&] {
    prior->prepare([](const CountMatrix& u) { return Posterior{at::zeros({u.rows(), 3}, at::kDouble), {}, {}}; });
  };
  REQUIRE_THAT(text_of(deterministic, Status::config), ContainsSubstring("deterministic"));
  REQUIRE_THROWS_AS(prior->initialise(cells(3), at::detail::createCPUGenerator(1)), Error);
  SmallEncoder encoder(3), wide(4);
  REQUIRE_THROWS_AS(prior->prepare(wide.function()), Error);
  prior->prepare(encoder.function());
  for (const at::Tensor& z : {normal({1, 2, 4}, 1), normal({2, 3}, 1), at::Tensor()})
    REQUIRE_THROWS_AS(prior->log_prob(z), Error);
  REQUIRE_THROWS_AS(prior->sample(-1, at::detail::createCPUGenerator(1)), Error);
}
