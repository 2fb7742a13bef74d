// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <memory>

#include "gaussian_mixture.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Given = std::map<std::string, OptionValue>;

namespace {

const double log_two_pi = std::log(2 * 3.14159265358979323846);

std::unique_ptr<GaussianMixturePrior> make(int64_t components, int64_t latent, Given given = {}, uint64_t seed = 1) {
  given["components"] = components;
  auto prior = std::make_unique<GaussianMixturePrior>(Options::resolve(GaussianMixturePrior::options(), given));
  prior->build({.latent = latent}, at::detail::createCPUGenerator(seed));
  prior->to(at::kDouble);
  return prior;
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, double sd = 1) {
  return at::empty(shape, at::kDouble).normal_(0, sd, at::detail::createCPUGenerator(seed));
}

at::Tensor entry(const Module& module, const std::string& name) {
  for (const Module::Entry& candidate : module.entries())
    if (candidate.name == name) return *candidate.tensor;
  FAIL("no tensor called " << name);
  return {};
}

/// A prior whose components are given.
std::unique_ptr<GaussianMixturePrior> with_components(const at::Tensor& mean, const at::Tensor& log_var,
                                                      const at::Tensor& logits = {}, Given given = {}) {
  given["learnable_weights"] = logits.defined();
  auto prior = make(mean.size(0), mean.size(1), std::move(given));
  const at::NoGradGuard no_grad;
  entry(*prior, "mean").copy_(mean);
  entry(*prior, "log_var").copy_(log_var);
  if (logits.defined()) entry(*prior, "weight_logits").copy_(logits);
  return prior;
}

}  // namespace

TEST_CASE("the mixture's log-density equals scipy's", "[prior][gaussian_mixture]") {
  const at::Tensor mean = at::tensor({-1.0, 0.5, 2.0, -1.5, 0.0, 3.0}, at::kDouble).view({3, 2});
  const at::Tensor log_var = at::tensor({-1.0, 0.4, 0.3, -2.0, 1.2, 0.0}, at::kDouble).view({3, 2});
  const at::Tensor logits = at::tensor({0.5, -1.0, 0.25}, at::kDouble);
  const at::Tensor z = at::tensor({0.0, 0.0, 2.0, -1.5, -3.0, 4.0, 100.0, -50.0}, at::kDouble).view({2, 2, 2});
  // scipy 1.17.1: logsumexp over k of log_softmax(logits)[k] + multivariate_normal(mean[k], diag(exp(log_var[k])));
  // second row: -log(3) for the weights; third row: exp(log_var) + 0.25 for the variances
  const double expected[3][4] = {{-3.6600500406753755, -3.181967997838749, -5.235915281782511, -2913.853048813822},
                                 {-4.0600802713572905, -2.086483474238823, -5.390735483311514, -2914.007548916088},
                                 {-3.414131605734576, -3.7891624880289725, -5.174395191008066, -2527.6442153920307}};
  const auto weighted = with_components(mean, log_var, logits), equal = with_components(mean, log_var),
             bounded = with_components(mean, log_var, logits, {{"minimum_scale", 0.5}});
  GaussianMixturePrior* const priors[] = {weighted.get(), equal.get(), bounded.get()};
  for (int i = 0; i < 3; ++i) {
    const at::Tensor log_prob = priors[i]->log_prob(z);
    REQUIRE(log_prob.sizes() == at::IntArrayRef({2, 2}));
    for (int64_t j = 0; j < 4; ++j)
      REQUIRE_THAT(log_prob[j / 2][j % 2].item<double>(), WithinRel(expected[i][j], 1e-13));
  }
}

TEST_CASE("the mixture integrates to one, with learned weights and with a minimum scale", "[prior][gaussian_mixture]") {
  const int64_t n = 400;
  const double half_width = 12, step = 2 * half_width / n;
  const at::Tensor axis = (at::arange(n, at::kDouble) + 0.5) * step - half_width;
  const at::Tensor grid = at::stack({axis.repeat_interleave(n), axis.repeat({n})}, 1).unsqueeze(0);
  for (const double minimum : {0.0, 0.3}) {
    const auto prior =
        with_components(normal({6, 2}, 4, 2), normal({6, 2}, 5, 0.5), normal({6}, 6), {{"minimum_scale", minimum}});
    const at::NoGradGuard no_grad;
    REQUIRE_THAT(at::exp(prior->log_prob(grid)).sum().item<double>() * step * step, WithinAbs(1, 1e-9));
  }
}

TEST_CASE("one component is one Gaussian, and K equal ones are as well", "[prior][gaussian_mixture]") {
  const at::Tensor mean = normal({1, 3}, 4), log_var = normal({1, 3}, 5), z = normal({2, 4, 3}, 6, 3);
  const at::Tensor closed = -0.5 * ((z - mean).square() / at::exp(log_var) + log_var + log_two_pi).sum(2);
  REQUIRE(at::allclose(with_components(mean, log_var)->log_prob(z), closed, 1e-13, 1e-13));
  REQUIRE(make(1, 3)->parameters().size() == 2);  // its weight is 1: there is nothing to learn
  const auto many = with_components(mean.repeat({9, 1}), log_var.repeat({9, 1}), normal({9}, 7));
  REQUIRE(at::allclose(many->log_prob(z), closed, 1e-12, 1e-12));
}

TEST_CASE("with one component the Monte-Carlo divergence equals the closed form", "[prior][gaussian_mixture]") {
  const at::Tensor p_mean = normal({1, 3}, 4), p_log_var = normal({1, 3}, 5, 0.7);
  const at::Tensor q_mean = normal({1, 3}, 6), q_log_var = normal({1, 3}, 7, 0.7);
  const auto prior = with_components(p_mean, p_log_var);
  const int64_t n = 200000;
  const at::NoGradGuard no_grad;
  const at::Tensor z = q_mean + at::exp(q_log_var / 2) * normal({n, 1, 3}, 8);
  const double entropy = 0.5 * (q_log_var + 1 + log_two_pi).sum().item<double>();
  const at::Tensor draws = -entropy - prior->log_prob(z);
  const double error = draws.std().item<double>() / std::sqrt(double(n));
  const at::Tensor ratio = (at::exp(q_log_var) + (q_mean - p_mean).square()) / at::exp(p_log_var);
  const double closed = 0.5 * (p_log_var - q_log_var - 1 + ratio).sum().item<double>();
  REQUIRE_THAT(draws.mean().item<double>(), WithinAbs(closed, 4 * error));
  REQUIRE_FALSE(prior->kl({q_mean, q_log_var, at::Tensor()}).has_value());
}

TEST_CASE("components start as the options say, from the given generator only", "[prior][gaussian_mixture]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const Given given = {{"initial_spread", 3.0}, {"initial_scale", 0.2}, {"minimum_scale", 0.1}};
  const auto prior = make(400, 10, given);
  const at::Tensor mean = entry(*prior, "mean");
  REQUIRE_THAT(mean.mean().item<double>(), WithinAbs(0, 4 * 3 / std::sqrt(4000.0)));
  REQUIRE_THAT(mean.std().item<double>(), WithinRel(3, 4 / std::sqrt(8000.0)));
  REQUIRE(at::equal(mean, entry(*make(400, 10, given), "mean")));
  REQUIRE_FALSE(at::equal(mean, entry(*make(400, 10, given, 2), "mean")));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
  const at::Tensor variance = at::exp(entry(*prior, "log_var")) + 0.1 * 0.1;  // starts at 0.2², bound included
  REQUIRE(at::allclose(variance, at::full_like(variance, 0.04), 1e-6, 0));
  REQUIRE(entry(*prior, "weight_logits").abs().max().item<double>() == 0);
  REQUIRE(make(4, 2, {{"learnable_weights", false}})->parameters().size() == 2);
}

TEST_CASE("no component falls below the minimum scale, however it is driven", "[prior][gaussian_mixture]") {
  const auto prior = with_components(at::full({1, 1}, 2.0, at::kDouble), at::full({1, 1}, -60.0, at::kDouble), {},
                                     {{"minimum_scale", 0.25}});
  const double peak = -0.5 * log_two_pi - std::log(0.25);
  REQUIRE_THAT(prior->log_prob(at::full({1, 1, 1}, 2.0, at::kDouble)).item<double>(), WithinAbs(peak, 1e-13));
  const int64_t n = 100000;
  REQUIRE_THAT(prior->sample(n, at::detail::createCPUGenerator(3)).std().item<double>(),
               WithinRel(0.25, 4 / std::sqrt(2.0 * n)));
}

TEST_CASE("samples of the mixture agree with its density", "[prior][gaussian_mixture]") {
  const at::Tensor mean = at::tensor({-3.0, 0.5, 4.0}, at::kDouble).view({3, 1});
  const at::Tensor log_var = at::tensor({-1.0, 0.4, -2.0}, at::kDouble).view({3, 1});
  for (const at::Tensor& logits : {at::Tensor(), at::tensor({0.5, -1.0, 0.8}, at::kDouble)}) {
    const auto prior = with_components(mean, log_var, logits);
    const int64_t n = 400000, n_bins = 60, per_bin = 200;
    const double from = -7, to = 7, step = (to - from) / (n_bins * per_bin);
    const at::Tensor grid = (at::arange(n_bins * per_bin, at::kDouble) + 0.5) * step + from;
    const at::NoGradGuard no_grad;
    const at::Tensor p = at::exp(prior->log_prob(grid.view({1, -1, 1}))).view({n_bins, per_bin}).sum(1) * step;
    const at::Tensor z = prior->sample(n, at::detail::createCPUGenerator(9));
    const at::Tensor bin = ((z.view(-1) - from) / (to - from) * n_bins).floor().to(at::kLong).clamp(0, n_bins - 1);
    const at::Tensor share = at::bincount(bin, {}, n_bins).to(at::kDouble) / double(n);
    const at::Tensor standard_error = at::sqrt(p * (1 - p) / double(n)) + 1 / double(n);
    REQUIRE(((share - p).abs() / standard_error).max().item<double>() < 5);
  }
}

TEST_CASE("samples of the mixture are without gradients, and draw components at random from the given generator",
          "[prior][gaussian_mixture]") {
  const int64_t k = 50;
  const auto prior =
      with_components(at::arange(k, at::kDouble).view({k, 1}) * 100, at::zeros({k, 1}, at::kDouble), normal({k}, 3));
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const at::Tensor z = prior->sample(k, at::detail::createCPUGenerator(12));
  REQUIRE_FALSE(z.requires_grad());
  REQUIRE(at::equal(z, prior->sample(k, at::detail::createCPUGenerator(12))));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
  const at::Tensor component = (z.view(-1) / 100).round();
  REQUIRE_FALSE(at::equal(component, at::arange(k, at::kDouble)));  // not one each, in order
  REQUIRE(std::get<0>(at::_unique(component)).size(0) > k / 5);
  REQUIRE(prior->sample(0, at::detail::createCPUGenerator(12)).sizes() == at::IntArrayRef({0, 1}));
  prior->to(at::kFloat);
  REQUIRE(prior->sample(2, at::detail::createCPUGenerator(12)).scalar_type() == at::kFloat);
}

TEST_CASE("gradients of the mixture equal finite differences", "[prior][gaussian_mixture]") {
  for (const double minimum : {0.0, 0.5}) {
    const auto prior =
        with_components(normal({4, 3}, 3), normal({4, 3}, 4), normal({4}, 5), {{"minimum_scale", minimum}});
    const at::Tensor z = normal({2, 5, 3}, 6, 2).set_requires_grad(true), upstream = normal({2, 5}, 7);
    std::vector<at::Tensor> leaves = prior->parameters();
    REQUIRE(leaves.size() == 3);
    leaves.push_back(z);
    const auto objective = [&] { return (prior->log_prob(z) * upstream).sum(); };
    objective().backward();
    for (const at::Tensor& leaf : leaves) {
      REQUIRE(leaf.grad().abs().max().item<double>() > 0);
      const at::NoGradGuard no_grad;
      const at::Tensor flat = leaf.view(-1), gradient = leaf.grad().reshape(-1);
      for (int64_t i = 0; i < flat.size(0); ++i) {
        const double step = 1e-6, start = flat[i].item<double>();
        flat[i].fill_(start + step);
        const double up = objective().item<double>();
        flat[i].fill_(start - step);
        const double down = objective().item<double>();
        flat[i].fill_(start);
        REQUIRE_THAT(gradient[i].item<double>(), WithinAbs((up - down) / (2 * step), 2e-6));
      }
    }
  }
}

TEST_CASE("gradient ascent finds two lumps, their widths and their shares", "[prior][gaussian_mixture]") {
  const at::Tensor lumps = at::cat({normal({300, 1}, 3, 0.5) - 3, normal({100, 1}, 4, 0.5) + 3}).unsqueeze(0);
  const auto prior = make(2, 1);
  for (int step = 0; step < 500; ++step) {
    prior->log_prob(lumps).mean().backward();
    const at::NoGradGuard no_grad;
    for (const at::Tensor& parameter : prior->parameters()) {
      parameter.add_(parameter.grad(), 0.3);
      parameter.mutable_grad().reset();
    }
  }
  const at::NoGradGuard no_grad;
  const at::Tensor mean = entry(*prior, "mean").view(-1), weight = at::softmax(entry(*prior, "weight_logits"), 0);
  const int64_t left = mean.argmin().item<int64_t>();
  REQUIRE_THAT(mean[left].item<double>(), WithinAbs(-3, 0.1));
  REQUIRE_THAT(mean[1 - left].item<double>(), WithinAbs(3, 0.2));
  REQUIRE_THAT(weight[left].item<double>(), WithinAbs(0.75, 0.01));
  const at::Tensor sd = at::exp(entry(*prior, "log_var") * 0.5);
  REQUIRE((sd - 0.5).abs().max().item<double>() < 0.1);
}

TEST_CASE("a mixture with copied tensors is bit-equal", "[prior][gaussian_mixture]") {
  for (const bool learnable : {false, true}) {
    const Given given = {{"learnable_weights", learnable}, {"minimum_scale", 0.01}};
    const auto prior = make(6, 3, given), other = make(6, 3, given, 77);
    const auto from = prior->entries(), to = other->entries();
    REQUIRE(from.size() == (learnable ? 3u : 2u));
    const char* names[] = {"mean", "log_var", "weight_logits"};
    for (size_t i = 0; i < from.size(); ++i) {
      REQUIRE(from[i].name == names[i]);
      REQUIRE(from[i].traits.trainable);
      *to[i].tensor = from[i].tensor->detach().clone();
    }
    const at::Tensor z = normal({2, 4, 3}, 3);
    REQUIRE(at::equal(prior->log_prob(z), other->log_prob(z)));
    REQUIRE(at::equal(prior->log_prob(z), other->log_prob(z.permute({2, 1, 0}).contiguous().permute({2, 1, 0}))));
    REQUIRE(at::equal(prior->sample(5, at::detail::createCPUGenerator(1)),
                      other->sample(5, at::detail::createCPUGenerator(1))));
  }
}

TEST_CASE("the mixture is finite far from the origin in float, with its gradients", "[prior][gaussian_mixture]") {
  for (const double scale : {1e-6, 1.0, 1e6}) {
    const auto prior = make(8, 3, {{"initial_scale", scale}}), reference = make(8, 3, {{"initial_scale", scale}});
    prior->to(at::kFloat);
    const at::Tensor z = (normal({1, 20, 3}, 3) * 1e4).to(at::kFloat).set_requires_grad(true);
    const at::Tensor log_prob = prior->log_prob(z);
    REQUIRE(log_prob.scalar_type() == at::kFloat);
    REQUIRE(at::allclose(log_prob.to(at::kDouble), reference->log_prob(z.detach().to(at::kDouble)), 1e-5, 1e-5));
    log_prob.sum().backward();
    REQUIRE(at::isfinite(z.grad()).all().item<bool>());
    for (const at::Tensor& parameter : prior->parameters()) REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
  }
}

TEST_CASE("the mixture refuses what it cannot compute", "[prior][gaussian_mixture]") {
  REQUIRE_THROWS_AS(make(0, 3), Error);
  REQUIRE_THROWS_AS(make(4, 3, {{"initial_spread", 0.0}}), Error);
  REQUIRE_THROWS_AS(make(4, 3, {{"initial_scale", 0.0}}), Error);
  REQUIRE_THROWS_AS(make(4, 3, {{"minimum_scale", -1.0}}), Error);
  REQUIRE_THROWS_WITH(make(4, 3, {{"initial_scale", 0.1}, {"minimum_scale", 0.1}}),
                      ContainsSubstring("initial_scale = 0.1 must be above minimum_scale = 0.1"));
  const auto prior = make(4, 3);
  REQUIRE_THROWS_AS(prior->log_prob(at::zeros({1, 1, 4}, at::kDouble)), Error);
  REQUIRE_THROWS_AS(prior->log_prob(at::zeros({2, 3}, at::kDouble)), Error);
  REQUIRE_THROWS_AS(prior->sample(-1, at::detail::createCPUGenerator(1)), Error);
}
