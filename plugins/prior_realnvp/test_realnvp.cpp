// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "realnvp.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;
using Given = std::map<std::string, OptionValue>;

namespace {

std::unique_ptr<RealNvpPrior> make(const Given& given, int64_t dims, uint64_t seed = 1,
                                   at::ScalarType type = at::kDouble) {
  auto prior = std::make_unique<RealNvpPrior>(Options::resolve(RealNvpPrior::options(), given));
  prior->build({.genes = 10, .latent = dims}, at::detail::createCPUGenerator(seed));
  prior->to(type);
  return prior;
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::empty(shape, type).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

/// As after training: every parameter is moved.
void disturb(RealNvpPrior& prior, double size, uint64_t seed = 7) {
  const at::NoGradGuard no_grad;
  at::Generator noise = at::detail::createCPUGenerator(seed);
  for (at::Tensor parameter : prior.parameters()) parameter.add_(at::empty_like(parameter).normal_(0, size, noise));
}

Given small(const std::string& split, int64_t steps = 4) {
  return {{"steps", steps}, {"hidden", std::vector<int64_t>{6}}, {"split", split}};
}

const std::vector<std::string> splits = {"halves", "checkerboard", "random"};

/// Points of a grid over the square of half-width w, in cell centres: [1, n * n, 2].
at::Tensor square(double w, int64_t n) {
  const at::Tensor line = (at::arange(n, at::kDouble) + 0.5) * (2 * w / n) - w;
  return at::stack({line.view({n, 1}).expand({n, n}), line.view({1, n}).expand({n, n})}, -1).view({1, n * n, 2});
}

}  // namespace

TEST_CASE("a new realnvp prior is nearly the standard normal", "[prior][realnvp]") {
  const auto prior = make({}, 128, 1, at::kFloat);
  const at::Tensor z = normal({2, 500, 128}, 2, at::kFloat);
  const at::Tensor reference = (z.square() + std::log(2 * M_PI)).sum(-1) * -0.5;
  // The mean difference over draws of N(0, I) is the divergence to the new prior, up to its standard error.
  REQUIRE_THAT((reference - prior->log_prob(z)).mean().item<double>(), WithinAbs(0, 0.05));
}

TEST_CASE("steps of constant networks make the Gaussian of their scales and shifts", "[prior][realnvp]") {
  const auto prior = make({{"steps", int64_t{2}}, {"log_scale_bound", 1.5}}, 2);
  // Step 0 changes unit 1, step 1 changes unit 0: u = exp(1.5 tanh(r / 1.5)) z + m.
  const double r[] = {0.7, -40}, m[] = {-2, 0.25};
  for (const auto& entry : prior->entries()) {
    const at::Tensor tensor = entry.tensor->detach();
    if (entry.name.ends_with("output.weight")) tensor.zero_();
    if (entry.name == "step_0.network.output.bias") tensor.copy_(at::tensor({r[1], m[1]}, at::kDouble));
    if (entry.name == "step_1.network.output.bias") tensor.copy_(at::tensor({r[0], m[0]}, at::kDouble));
  }
  const double z[] = {0.3, -1.1};
  double expected = 0;
  for (int d = 0; d < 2; ++d) {
    const double s = 1.5 * std::tanh(r[d] / 1.5), deviation = std::exp(-s), mean = -m[d] * deviation;
    const double standardised = (z[d] - mean) / deviation;
    expected += -0.5 * standardised * standardised - std::log(deviation) - 0.5 * std::log(2 * M_PI);
  }
  REQUIRE_THAT(prior->log_prob(at::tensor({z[0], z[1]}, at::kDouble).view({1, 1, 2})).item<double>(),
               WithinAbs(expected, 1e-12));
}

TEST_CASE("a realnvp step's log-determinant equals that of the autograd Jacobian, and its inverse undoes it",
          "[prior][realnvp]") {
  const at::Tensor kept = at::tensor({3, 0}, at::kLong), changed = at::tensor({1, 4, 2}, at::kLong);
  RealNvpStep step(kept, changed, {.hidden = {6}, .activation = "tanh", .log_scale_bound = 1.5},
                   at::detail::createCPUGenerator(1));
  step.to(at::kDouble);
  {
    const at::NoGradGuard no_grad;
    for (at::Tensor parameter : step.parameters()) parameter.add_(normal(parameter.sizes(), 4));
  }
  for (uint64_t seed = 0; seed < 4; ++seed) {
    const at::Tensor z = normal({5}, seed).set_requires_grad(true);
    const RealNvpStep::Result result = step.forward(z);
    std::vector<at::Tensor> rows;
    for (int64_t d = 0; d < 5; ++d) {
      z.mutable_grad().reset();
      result.z[d].backward({}, true);
      rows.push_back(z.grad().clone());
    }
    const double wanted = std::get<1>(at::linalg_slogdet(at::stack(rows))).item<double>();
    REQUIRE(std::abs(wanted) > 0.01);
    REQUIRE_THAT(result.log_det.item<double>(), WithinAbs(wanted, 1e-10));
    REQUIRE((step.inverse(result.z) - z).abs().max().item<double>() < 1e-12);
    REQUIRE(at::equal(result.z.index_select(0, kept), z.index_select(0, kept)));
  }
}

TEST_CASE("the realnvp density integrates to one", "[prior][realnvp]") {
  for (const auto& split : splits) {
    const auto prior = make(small(split), 2);
    disturb(*prior, 0.4);
    const double width = 30, spacing = 2 * width / 1200;
    const double total = prior->log_prob(square(width, 1200)).exp().sum().item<double>() * spacing * spacing;
    REQUIRE_THAT(total, WithinAbs(1, 1e-4));
  }
}

TEST_CASE("with one latent unit the realnvp prior is a learned Gaussian", "[prior][realnvp]") {
  const auto prior = make({}, 1);
  REQUIRE(prior->parameters().size() == 1);
  disturb(*prior, 0.5);
  const at::Tensor line = (at::arange(4000, at::kDouble) - 1999.5) * 0.01;
  const at::Tensor density = prior->log_prob(line.view({1, -1, 1})).exp().view({-1});
  REQUIRE_THAT(density.sum().item<double>() * 0.01, WithinAbs(1, 1e-9));
  const double mean = (density * line).sum().item<double>() * 0.01;
  const double variance = (density * (line - mean).square()).sum().item<double>() * 0.01;
  REQUIRE(std::abs(mean) > 0.01);
  REQUIRE(std::abs(variance - 1) > 0.01);
  const int64_t n = 50000;
  const at::Tensor z = prior->sample(n, at::detail::createCPUGenerator(3));
  REQUIRE_THAT(z.mean().item<double>(), WithinAbs(mean, 4 * std::sqrt(variance / n)));
  REQUIRE_THAT(z.var().item<double>(), WithinAbs(variance, 4 * variance * std::sqrt(2.0 / n)));
}

TEST_CASE("realnvp samples fall into regions as often as the density says", "[prior][realnvp]") {
  const auto prior = make(small("halves"), 2);
  disturb(*prior, 0.4);
  const int64_t n = 40000, fine = 1000, regions = 10, block = fine / regions;
  const double width = 5;
  const at::Tensor density = prior->log_prob(square(width, fine)).detach().exp().view({fine, fine});
  const at::Tensor wanted =
      density.view({regions, block, regions, block}).sum(at::IntArrayRef{1, 3}) * std::pow(2 * width / fine, 2) * n;
  const at::Tensor z = prior->sample(n, at::detail::createCPUGenerator(5));
  const at::Tensor inside = (z.abs() < width).all(-1);
  const at::Tensor place = ((z + width) * (regions / (2 * width))).floor().to(at::kLong).clamp(0, regions - 1);
  const at::Tensor flat = (place.select(1, 0) * regions + place.select(1, 1)).masked_select(inside);
  const at::Tensor got = at::bincount(flat, {}, regions * regions).to(at::kDouble).view({regions, regions});
  const at::Tensor counted = wanted > 10;
  const double cells = counted.sum().item<double>();
  REQUIRE(cells > 30);
  const double chi_square = ((got - wanted).square() / wanted).masked_select(counted).sum().item<double>();
  // Mean and standard deviation of a chi-square of `cells` degrees of freedom.
  REQUIRE(chi_square < cells + 4 * std::sqrt(2 * cells));
  // Both halves depend on each other, or the test says little.
  REQUIRE(std::abs(at::corrcoef(z.t())[0][1].item<double>()) > 0.05);
}

TEST_CASE("realnvp gradients equal finite differences for z and every parameter", "[prior][realnvp]") {
  for (const int64_t dims : {1, 5}) {
    const auto prior = make(small("random", 3), dims);
    disturb(*prior, 0.3);
    const at::Tensor z = normal({2, 3, dims}, 2).set_requires_grad(true), weights = normal({2, 3}, 3);
    const auto objective = [&] { return (prior->log_prob(z) * weights).sum(); };
    objective().backward();
    std::vector<at::Tensor> checked = prior->parameters();
    checked.push_back(z);
    const at::NoGradGuard no_grad;
    for (const at::Tensor& tensor : checked) {
      const at::Tensor flat = tensor.view(-1), gradient = tensor.grad().reshape(-1);
      REQUIRE(gradient.abs().max().item<double>() > 0);
      for (int64_t i = 0; i < flat.size(0); ++i) {
        const double step = 1e-5, start = flat[i].item<double>();
        flat[i].fill_(start + step);
        const double up = objective().item<double>();
        flat[i].fill_(start - step);
        const double down = objective().item<double>();
        flat[i].fill_(start);
        REQUIRE_THAT(gradient[i].item<double>(), WithinAbs((up - down) / (2 * step), 1e-7));
      }
    }
  }
}

TEST_CASE("two realnvp steps in a row change every latent unit once", "[prior][realnvp]") {
  for (const auto& split : splits) {
    for (const int64_t dims : {2, 5, 6}) {
      const auto prior = make(small(split, 6), dims);
      std::map<std::string, at::Tensor> tensors;
      for (const auto& entry : prior->entries()) tensors[entry.name] = *entry.tensor;
      for (int64_t t = 0; t < 6; ++t) {
        const at::Tensor changed = tensors.at(concat("step_", t, ".changed"));
        const at::Tensor kept = tensors.at(concat("step_", t, ".kept"));
        REQUIRE(at::equal(std::get<0>(at::cat({changed, kept}).sort()), at::arange(dims, at::kLong)));
        if (t % 2 == 0) {
          const at::Tensor next = tensors.at(concat("step_", t + 1, ".changed"));
          REQUIRE(at::equal(std::get<0>(at::cat({changed, next}).sort()), at::arange(dims, at::kLong)));
        }
      }
      if (split == "random" && dims == 6)
        REQUIRE_FALSE(at::equal(tensors.at("step_0.kept"), tensors.at("step_2.kept")));
    }
  }
}

TEST_CASE("rows and samples of the realnvp density are independent, also one by one", "[prior][realnvp]") {
  const auto prior = make(small("halves"), 4);
  disturb(*prior, 0.3);
  const at::Tensor z = normal({3, 5, 4}, 2), all = prior->log_prob(z);
  REQUIRE(all.sizes() == at::IntArrayRef({3, 5}));
  for (int64_t s = 0; s < 3; ++s)
    for (int64_t b = 0; b < 5; ++b)
      REQUIRE_THAT(prior->log_prob(z.narrow(0, s, 1).narrow(1, b, 1)).item<double>(),
                   WithinAbs(all[s][b].item<double>(), 1e-12));
  const at::Tensor strided = z.permute({2, 1, 0}).contiguous().permute({2, 1, 0});
  REQUIRE(at::allclose(prior->log_prob(strided), all, 1e-12, 1e-12));
}

TEST_CASE("a realnvp prior with copied tensors is bit-equal", "[prior][realnvp]") {
  for (const auto& split : splits) {
    const auto prior = make(small(split), 5, 1, at::kFloat), other = make(small(split), 5, 2, at::kFloat);
    disturb(*prior, 0.3);
    const at::Tensor z = normal({2, 4, 5}, 2, at::kFloat);
    REQUIRE_FALSE(at::equal(prior->log_prob(z), other->log_prob(z)));
    const auto from = prior->entries(), to = other->entries();
    REQUIRE(from.size() == to.size());
    for (size_t i = 0; i < from.size(); ++i) {
      REQUIRE(from[i].name == to[i].name);
      REQUIRE_FALSE(from[i].traits.penalised);
      *to[i].tensor = from[i].tensor->detach().clone();
    }
    other->loaded();
    REQUIRE(at::equal(prior->log_prob(z), other->log_prob(z)));
    REQUIRE(at::equal(prior->sample(9, at::detail::createCPUGenerator(1)),
                      other->sample(9, at::detail::createCPUGenerator(1))));
  }
}

TEST_CASE("the realnvp prior is finite far from the origin", "[prior][realnvp]") {
  for (const std::string activation : {"tanh", "relu", "elu"}) {
    Given given = small("random", 6);
    given["activation"] = activation;
    const auto prior = make(given, 6, 1, at::kFloat);
    disturb(*prior, 0.5);
    const at::Tensor z = (normal({2, 50, 6}, 2, at::kFloat) * 1e3).set_requires_grad(true);
    const at::Tensor log_prob = prior->log_prob(z);
    REQUIRE(at::isfinite(log_prob).all().item<bool>());
    log_prob.sum().backward();
    REQUIRE(at::isfinite(z.grad()).all().item<bool>());
    for (const at::Tensor& parameter : prior->parameters()) REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
  }
}

TEST_CASE("realnvp draws from the generators given, and from no other", "[prior][realnvp]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const auto prior = make(small("random"), 5, 9), twin = make(small("random"), 5, 9);
  const at::Tensor z = prior->sample(7, at::detail::createCPUGenerator(4));
  REQUIRE(z.sizes() == at::IntArrayRef({7, 5}));
  REQUIRE(z.scalar_type() == at::kDouble);
  REQUIRE_FALSE(z.requires_grad());
  REQUIRE(at::equal(z, twin->sample(7, at::detail::createCPUGenerator(4))));
  REQUIRE_FALSE(at::equal(z, twin->sample(7, at::detail::createCPUGenerator(5))));
  REQUIRE(prior->sample(0, at::detail::createCPUGenerator(4)).sizes() == at::IntArrayRef({0, 5}));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("realnvp refuses options and inputs that do not fit", "[prior][realnvp]") {
  REQUIRE_THROWS_AS(make({{"steps", int64_t{0}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"hidden", std::vector<int64_t>{0}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"log_scale_bound", 0.0}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"split", std::string("thirds")}}, 4), Error);
  REQUIRE_NOTHROW(make({{"hidden", std::vector<int64_t>{}}}, 4)->log_prob(normal({1, 2, 4}, 1)));
  const auto prior = make(small("halves"), 4);
  REQUIRE_THROWS_AS(prior->log_prob(normal({1, 2, 5}, 1)), Error);
  REQUIRE_THROWS_AS(prior->log_prob(normal({2, 4}, 1)), Error);
  REQUIRE_THROWS_AS(prior->log_prob(at::Tensor()), Error);
  REQUIRE_THROWS_AS(prior->sample(-1, at::detail::createCPUGenerator(1)), Error);
}
