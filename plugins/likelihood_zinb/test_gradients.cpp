// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <torch/csrc/autograd/autograd.h>

#include "scprior/error.hpp"
#include "test_tools.hpp"

using namespace scprior;

namespace {

/// d f / d parameter by central differences.
template <class F>
at::Tensor numeric_gradient(const at::Tensor& parameter, F f) {
  const at::NoGradGuard no_grad;
  const double step = 1e-5;
  const at::Tensor out = at::empty_like(parameter), flat = parameter.view({-1}), result = out.view({-1});
  for (int64_t i = 0; i < flat.numel(); ++i) {
    const double value = flat[i].item<double>();
    flat[i].fill_(value + step);
    const double above = f();
    flat[i].fill_(value - step);
    const double below = f();
    flat[i].fill_(value);
    result[i].fill_((above - below) / (2 * step));
  }
  return out;
}

}  // namespace

TEST_CASE("gradients of log_prob equal finite differences for any upstream gradient", "[likelihood][zinb]") {
  const std::string dispersion = GENERATE("gene-cell", "gene", "constant");
  const std::string inflation = GENERATE("gene-cell", "gene", "constant");
  const bool sparse = GENERATE(true, false), equal = GENERATE(true, false);
  CAPTURE(dispersion, inflation, sparse, equal);
  const auto likelihood = small_likelihood(dispersion, inflation);
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({2, 5, 3}, 4).requires_grad_(true);
  const at::Tensor upstream = equal ? at::full({2, 5}, 0.37, at::kDouble) : normal({2, 5}, 6);
  const CountMatrix counts = sparse ? sparse_of(x) : CountMatrix::from_dense(x);
  const auto weighted = [&] { return (likelihood->log_prob(counts, h, library, {}) * upstream).sum(); };
  weighted().backward();
  std::vector<at::Tensor> parameters = likelihood->parameters();
  parameters.push_back(h);
  for (const at::Tensor& parameter : parameters) {
    const at::Tensor want = numeric_gradient(parameter.detach(), [&] { return weighted().item<double>(); });
    CHECK(at::allclose(parameter.grad(), want, 1e-7, 1e-7));
  }
}

TEST_CASE("gradients of the kernel equal those of the composite path", "[likelihood][zinb]") {
  const std::string dispersion = GENERATE("gene-cell", "gene", "constant");
  const std::string inflation = GENERATE("gene-cell", "gene", "constant");
  const at::ScalarType type = GENERATE(at::kFloat, at::kDouble);
  const auto fused = small_likelihood(dispersion, inflation, type);
  const auto plain = small_likelihood(dispersion, inflation, type);
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, upstream = normal({2, 5}, 6, type);
  const at::Tensor h = normal({2, 5, 3}, 4, type).requires_grad_(true), copy = h.detach().clone().requires_grad_(true);
  fused->log_prob(sparse_of(x), h, library, {}).backward(upstream);
  plain->composite(sparse_of(x), copy, library).backward(upstream);
  const double tolerance = type == at::kFloat ? 2e-5 : 1e-11;
  CHECK(at::allclose(h.grad(), copy.grad(), tolerance, tolerance));
  const auto a = fused->parameters(), b = plain->parameters();
  for (size_t i = 0; i < a.size(); ++i) CHECK(at::allclose(a[i].grad(), b[i].grad(), tolerance, tolerance));
}

TEST_CASE("only what requires gradients gets them", "[likelihood][zinb]") {
  const auto likelihood = small_likelihood("gene", "gene-cell");
  for (at::Tensor& parameter : likelihood->parameters()) parameter.set_requires_grad(false);
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({1, 5, 3}, 4).requires_grad_(true);
  likelihood->log_prob(sparse_of(x), h, library, {}).sum().backward();
  CHECK(h.grad().abs().sum().item<double>() > 0);
  for (const at::Tensor& parameter : likelihood->parameters()) CHECK_FALSE(parameter.grad().defined());
  CHECK_FALSE(likelihood->log_prob(sparse_of(x), h.detach(), library, {}).requires_grad());
}

TEST_CASE("a clipped logit gets no gradient", "[likelihood][zinb]") {
  const std::string name = GENERATE("mean.bias", "logit_pi");
  const auto likelihood = small_likelihood("gene-cell", "gene");
  const at::Tensor bias = parameter(*likelihood, name);
  {
    const at::NoGradGuard no_grad;
    bias[2].fill_(100.0);
    bias[3].fill_(-100.0);
  }
  const at::Tensor x = small_counts(), library = x.sum(1) * 700;
  const at::Tensor value = likelihood->log_prob(sparse_of(x), normal({1, 5, 3}, 4), library, {});
  value.sum().backward();
  CHECK(value.isfinite().all().item<bool>());
  CHECK(bias.grad()[2].item<double>() == 0);
  CHECK(bias.grad()[3].item<double>() == 0);
  CHECK(bias.grad()[4].item<double>() != 0);
}

TEST_CASE("second derivatives and gradients of the data are refused", "[likelihood][zinb]") {
  const auto likelihood = small_likelihood("gene-cell", "gene-cell");
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({1, 5, 3}, 4).requires_grad_(true);
  const at::Tensor value = likelihood->log_prob(sparse_of(x), h, library, {}).sum();
  CHECK_THROWS_AS(torch::autograd::grad({value}, {h}, {}, true, true), Error);
  const at::Tensor learned = x.clone().requires_grad_(true);
  CHECK_THROWS_AS(likelihood->log_prob(CountMatrix::from_dense(learned), h, library, {}), Error);
}

TEST_CASE("the backward pass can be repeated", "[likelihood][zinb]") {
  const auto likelihood = small_likelihood("gene", "gene-cell");
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({2, 5, 3}, 4).requires_grad_(true);
  const at::Tensor value = likelihood->log_prob(sparse_of(x), h, library, {}), upstream = normal({2, 5}, 6);
  const auto once = torch::autograd::grad({value}, {h}, {upstream}, true);
  const auto twice = torch::autograd::grad({value}, {h}, {upstream}, true);
  CHECK(at::equal(once[0], twice[0]));
}
