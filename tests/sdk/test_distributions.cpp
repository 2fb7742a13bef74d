// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <functional>

#include "scprior/distributions.hpp"
#include "scprior/error.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

constexpr double pi = 3.14159265358979323846;

struct Mixture {
  at::Tensor z, mean, log_var, log_weights;

  std::vector<at::Tensor*> all() { return {&z, &mean, &log_var, &log_weights}; }
  void require_gradients() {
    for (at::Tensor* tensor : all()) tensor->set_requires_grad(true);
  }
  at::Tensor log_prob() const { return normal_mixture_log_prob(z, mean, log_var, log_weights); }
  at::Tensor log_prob_plain() const { return normal_mixture_log_prob_plain(z, mean, log_var, log_weights); }
};

Mixture random_mixture(int64_t m, int64_t k, int64_t d, at::ScalarType type, uint64_t seed = 11) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  const auto normal = [&](at::IntArrayRef shape, double sd) {
    return at::empty(shape, at::kDouble).normal_(0, sd, generator).to(type);
  };
  Mixture mixture{normal({m, d}, 1.5), normal({k, d}, 1), normal({k, d}, 0.5), normal({k}, 1)};
  mixture.log_weights = at::log_softmax(mixture.log_weights, 0);
  return mixture;
}

/// The definition, in long double: Σ over d inside, logarithm of the sum over k outside.
double brute_force(const Mixture& mixture, int64_t row) {
  const at::Tensor z = mixture.z.to(at::kDouble)[row].contiguous(), mean = mixture.mean.to(at::kDouble).contiguous();
  const at::Tensor log_var = mixture.log_var.to(at::kDouble).contiguous();
  const at::Tensor log_weights = mixture.log_weights.to(at::kDouble).contiguous();
  std::vector<long double> joint;
  for (int64_t k = 0; k < mean.size(0); ++k) {
    long double total = log_weights.data_ptr<double>()[k];
    for (int64_t d = 0; d < mean.size(1); ++d) {
      const long double v = log_var[k].data_ptr<double>()[d];
      const long double distance = static_cast<long double>(z.data_ptr<double>()[d]) - mean[k].data_ptr<double>()[d];
      total -= (distance * distance / std::exp(v) + v + std::log(2 * static_cast<long double>(pi))) / 2;
    }
    joint.push_back(total);
  }
  const long double top = *std::max_element(joint.begin(), joint.end());
  long double sum = 0;
  for (const long double c : joint) sum += std::exp(c - top);
  return static_cast<double>(top + std::log(sum));
}

/// Simpson's rule for a function of a [n] grid.
double integral(const std::function<at::Tensor(const at::Tensor&)>& function, double from, double to) {
  const int64_t n = 20001;
  const at::Tensor weights = at::ones({n}, at::kDouble);
  weights.slice(0, 1, n - 1, 2).fill_(4);
  weights.slice(0, 2, n - 2, 2).fill_(2);
  const at::Tensor grid = at::linspace(from, to, n, at::TensorOptions(at::kDouble));
  return (function(grid) * weights).sum().item<double>() * (to - from) / static_cast<double>(n - 1) / 3;
}

}  // namespace

TEST_CASE("normal densities integrate to one", "[distributions]") {
  const at::Tensor mean = at::full({1}, 0.7, at::kDouble), log_var = at::full({1}, -1.1, at::kDouble);
  const auto standard = [](const at::Tensor& z) { return at::exp(standard_normal_log_prob(z.unsqueeze(1))); };
  const auto general = [&](const at::Tensor& z) { return at::exp(normal_log_prob(z.unsqueeze(1), mean, log_var)); };
  REQUIRE_THAT(integral(standard, -12, 12), WithinAbs(1, 1e-10));
  REQUIRE_THAT(integral(general, -12, 12), WithinAbs(1, 1e-10));
}

TEST_CASE("entropy and divergence equal their integrals", "[distributions]") {
  for (const double m : {0.0, -1.3}) {
    for (const double v : {-3.0, 0.0, 0.9}) {
      const at::Tensor mean = at::full({1}, m, at::kDouble), log_var = at::full({1}, v, at::kDouble);
      const auto minus_q_log_q = [&](const at::Tensor& z) {
        const at::Tensor log_q = normal_log_prob(z.unsqueeze(1), mean, log_var);
        return -at::exp(log_q) * log_q;
      };
      const auto q_log_ratio = [&](const at::Tensor& z) {
        const at::Tensor log_q = normal_log_prob(z.unsqueeze(1), mean, log_var);
        return at::exp(log_q) * (log_q - standard_normal_log_prob(z.unsqueeze(1)));
      };
      REQUIRE_THAT(normal_entropy(log_var).item<double>(), WithinAbs(integral(minus_q_log_q, -20, 20), 1e-9));
      REQUIRE_THAT(normal_kl_to_standard(mean, log_var).item<double>(),
                   WithinAbs(integral(q_log_ratio, -20, 20), 1e-9));
    }
  }
}

TEST_CASE("the divergence keeps its digits near zero in float", "[distributions]") {
  const at::Tensor mean = at::zeros({1}), log_var = at::full({1}, 1.0f / 256);
  const double v = 1.0 / 256;  // ½ (v²/2 + v³/6 + ...)
  REQUIRE_THAT(normal_kl_to_standard(mean, log_var).item<double>(),
               WithinAbs(0.5 * (v * v / 2 + v * v * v / 6), 2e-10));
}

TEST_CASE("the mixture equals brute force", "[distributions][mixture]") {
  for (const int64_t d : {1, 3, 16, 37, 128}) {
    for (const int64_t k : {1, 7, 33}) {
      for (const int64_t m : {1, 4, 6}) {
        const Mixture mixture = random_mixture(m, k, d, at::kDouble), small = random_mixture(m, k, d, at::kFloat);
        const at::Tensor exact = mixture.log_prob(), rounded = small.log_prob();
        for (int64_t row = 0; row < m; ++row) {
          REQUIRE_THAT(exact[row].item<double>(), WithinRel(brute_force(mixture, row), 1e-13));
          REQUIRE_THAT(rounded[row].item<double>(), WithinRel(brute_force(small, row), 3e-6));
        }
      }
    }
  }
}

TEST_CASE("the mixture is joint: not a product of one-dimensional mixtures", "[distributions][mixture]") {
  const Mixture mixture = random_mixture(5, 4, 3, at::kDouble);
  at::Tensor product = at::zeros({5}, at::kDouble);
  for (int64_t d = 0; d < 3; ++d) {
    const auto column = [&](const at::Tensor& x) { return x.narrow(1, d, 1); };
    product +=
        normal_mixture_log_prob(column(mixture.z), column(mixture.mean), column(mixture.log_var), mixture.log_weights);
  }
  REQUIRE((product - mixture.log_prob()).abs().min().item<double>() > 1e-3);
}

TEST_CASE("the mixture's gradients equal finite differences", "[distributions][mixture]") {
  Mixture mixture = random_mixture(5, 6, 4, at::kDouble);
  const at::Tensor upstream = at::linspace(-1, 2, 5, at::TensorOptions(at::kDouble));
  mixture.require_gradients();
  (mixture.log_prob() * upstream).sum().backward();
  const at::NoGradGuard no_grad;
  for (at::Tensor* tensor : mixture.all()) {
    at::Tensor flat = tensor->view(-1);
    const at::Tensor gradient = tensor->grad().reshape(-1);
    for (int64_t i = 0; i < flat.size(0); ++i) {
      const double step = 1e-5, start = flat[i].item<double>();
      flat[i].fill_(start + step);
      const double up = (mixture.log_prob() * upstream).sum().item<double>();
      flat[i].fill_(start - step);
      const double down = (mixture.log_prob() * upstream).sum().item<double>();
      flat[i].fill_(start);
      REQUIRE_THAT(gradient[i].item<double>(), WithinAbs((up - down) / (2 * step), 1e-8));
    }
  }
}

TEST_CASE("the mixture's kernel and its plain form agree in value and gradients", "[distributions][mixture]") {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const double tolerance = type == at::kFloat ? 2e-5 : 1e-12;
    Mixture fast = random_mixture(13, 50, 37, type), plain = random_mixture(13, 50, 37, type);
    // Not contiguous: the kernel must not assume it.
    fast.z = fast.z.t().contiguous().t();
    fast.mean = fast.mean.t().contiguous().t();
    fast.log_var = fast.log_var.t().contiguous().t();
    fast.require_gradients();
    plain.require_gradients();
    const at::Tensor upstream = at::linspace(-1, 2, 13, at::TensorOptions(type));
    const at::Tensor fast_value = fast.log_prob(), plain_value = plain.log_prob_plain();
    REQUIRE(at::allclose(fast_value, plain_value, tolerance, tolerance));
    (fast_value * upstream).sum().backward();
    (plain_value * upstream).sum().backward();
    for (size_t i = 0; i < 4; ++i)
      REQUIRE(at::allclose(fast.all()[i]->grad(), plain.all()[i]->grad(), tolerance, tolerance));
    const at::NoGradGuard no_grad;
    REQUIRE(at::equal(fast.log_prob(), fast_value));
  }
}

TEST_CASE("a mixture gives gradients only to those who want them", "[distributions][mixture]") {
  Mixture mixture = random_mixture(3, 4, 2, at::kDouble);
  mixture.mean.set_requires_grad(true);
  mixture.log_prob().sum().backward();
  REQUIRE(mixture.mean.grad().defined());
  REQUIRE_FALSE(mixture.z.grad().defined());
  REQUIRE_FALSE(mixture.log_var.grad().defined());
}

TEST_CASE("small variances do not cancel in the mixture", "[distributions][mixture]") {
  Mixture mixture;  // all numbers exact in float; expanded squares would be wrong by thousands of nats
  mixture.z = at::full({1, 8}, 1024 + 1.0 / 1024, at::kFloat);
  mixture.mean = at::full({2, 8}, 1024, at::kFloat);
  mixture.mean[1] += 1.0 / 512;
  mixture.log_var = at::full({2, 8}, -13, at::kFloat);
  mixture.log_weights = at::full({2}, -0.75, at::kFloat);
  REQUIRE_THAT(mixture.log_prob().item<double>(), WithinRel(brute_force(mixture, 0), 1e-6));
}

TEST_CASE("the mixture is finite far from the origin", "[distributions][mixture]") {
  Mixture mixture = random_mixture(6, 20, 128, at::kFloat);
  mixture.z = mixture.z * 1e4;
  mixture.require_gradients();
  const at::Tensor log_prob = mixture.log_prob();
  REQUIRE(at::isfinite(log_prob).all().item<bool>());
  REQUIRE_THAT(log_prob[0].item<double>(), WithinRel(brute_force(mixture, 0), 1e-5));
  log_prob.sum().backward();
  for (at::Tensor* tensor : mixture.all()) REQUIRE(at::isfinite(tensor->grad()).all().item<bool>());
}

TEST_CASE("the mixture does not hide a NaN", "[distributions][mixture]") {
  Mixture mixture = random_mixture(6, 20, 5, at::kFloat);
  mixture.z[2][1] = std::nan("");
  const at::Tensor bad = at::isnan(mixture.log_prob());
  REQUIRE(bad[2].item<bool>());
  REQUIRE(bad.sum().item<int64_t>() == 1);
}

TEST_CASE("the mixture and its gradients are bit-equal with one thread and with two", "[distributions][mixture]") {
  std::vector<std::vector<at::Tensor>> results;
  for (const int n : {1, 2, 3}) {
    const testing::Threads threads(n);
    Mixture mixture = random_mixture(37, 90, 21, at::kFloat);
    mixture.require_gradients();
    const at::Tensor log_prob = mixture.log_prob();
    log_prob.sum().backward();
    results.push_back({log_prob.detach()});
    for (at::Tensor* tensor : mixture.all()) results.back().push_back(tensor->grad());
  }
  for (size_t run = 1; run < results.size(); ++run)
    for (size_t i = 0; i < results[0].size(); ++i) REQUIRE(at::equal(results[run][i], results[0][i]));
}

TEST_CASE("a second derivative of the mixture is refused, its plain form offers it", "[distributions][mixture]") {
  Mixture mixture = random_mixture(3, 4, 2, at::kDouble);
  mixture.require_gradients();
  try {
    torch::autograd::grad({mixture.log_prob().sum()}, {mixture.z}, {}, true, true);
    FAIL("no error");
  } catch (const Error& error) {
    REQUIRE(error.status() == Status::unsupported);
    REQUIRE(std::string(error.what()).find("normal_mixture_log_prob_plain") != std::string::npos);
  }
  const auto first = torch::autograd::grad({mixture.log_prob_plain().sum()}, {mixture.z}, {}, true, true);
  first[0].sum().backward();
  REQUIRE(mixture.mean.grad().abs().max().item<double>() > 0);
}

TEST_CASE("a mixture refuses shapes and types that do not fit", "[distributions][mixture]") {
  const Mixture good = random_mixture(3, 4, 2, at::kDouble);
  REQUIRE_THROWS_AS(normal_mixture_log_prob(at::zeros({3, 5}, at::kDouble), good.mean, good.log_var, good.log_weights),
                    Error);
  REQUIRE_THROWS_AS(normal_mixture_log_prob(good.z, good.mean, good.log_var.t(), good.log_weights), Error);
  REQUIRE_THROWS_AS(normal_mixture_log_prob(good.z, good.mean, good.log_var, at::zeros({5}, at::kDouble)), Error);
  REQUIRE_THROWS_AS(normal_mixture_log_prob(good.z.to(at::kFloat), good.mean, good.log_var, good.log_weights), Error);
  REQUIRE(normal_mixture_log_prob(good.z.narrow(0, 0, 0), good.mean, good.log_var, good.log_weights).size(0) == 0);
}
