// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "poisson.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;

namespace {

at::Generator generator(uint64_t seed) { return at::detail::createCPUGenerator(seed); }

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::randn(shape, generator(seed), at::TensorOptions(at::kDouble)).to(type);
}

/// 7 genes on 3 hidden units, with random parameters.
std::unique_ptr<Poisson> small_likelihood(at::ScalarType type = at::kDouble) {
  auto likelihood = std::make_unique<Poisson>();
  likelihood->build({.genes = 7, .hidden = 3}, generator(1));
  likelihood->to(type);
  const at::NoGradGuard no_grad;
  at::Generator draws = generator(2);
  for (at::Tensor& parameter : likelihood->parameters())
    parameter.copy_(at::empty(parameter.sizes(), at::kDouble).uniform_(-0.8, 0.8, draws));
  return likelihood;
}

/// Five cells, the fourth of them empty.
at::Tensor small_counts() {
  at::Tensor x = at::poisson(at::full({5, 7}, 1.2, at::kDouble), generator(3));
  x[1][2] = 40;
  x[4][0] = 2.5;  // what was corrected for ambient RNA need not be whole
  x[3].zero_();
  return x;
}

CountMatrix sparse_of(const at::Tensor& dense) {
  const at::Tensor row_ptr = at::cat({at::zeros({1}, at::kLong), (dense != 0).sum(1).cumsum(0)});
  return CountMatrix::from_csr({row_ptr, dense.nonzero().select(1, 1).to(at::kInt).contiguous(),
                                dense.masked_select(dense != 0), dense.size(1)});
}

/// ln p from the C library's lgamma, cell by cell and gene by gene.
at::Tensor textbook(const Poisson& likelihood, const at::Tensor& x, const at::Tensor& h, const at::Tensor& library) {
  const std::vector<at::Tensor> parameters = likelihood.parameters();
  const at::Tensor a = h.matmul(parameters[0].t()) + parameters[1];
  at::Tensor out = at::zeros({h.size(0), h.size(1)}, at::kDouble);
  for (int64_t s = 0; s < h.size(0); ++s)
    for (int64_t b = 0; b < h.size(1); ++b) {
      double sum = 0;
      for (int64_t g = 0; g < x.size(1) && library[b].item<double>() > 0; ++g) {
        const double mu = std::exp(a[s][b][g].item<double>()) * library[b].item<double>() / 1e4;
        const double count = x[b][g].item<double>();
        sum += count * std::log(mu) - mu - std::lgamma(count + 1);
      }
      out[s][b] = sum;
    }
  return out;
}

}  // namespace

TEST_CASE("log_prob equals the textbook formula, for sparse and dense counts", "[likelihood][poisson]") {
  const auto likelihood = small_likelihood();
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({2, 5, 3}, 4);
  const at::Tensor with = likelihood->log_prob(sparse_of(x), h, library, {});
  CHECK(with.requires_grad());
  const at::NoGradGuard no_grad;
  const at::Tensor want = textbook(*likelihood, x, h, library);
  CHECK(at::allclose(with, want, 1e-10, 1e-10));
  for (const CountMatrix& counts : {sparse_of(x), CountMatrix::from_dense(x)}) {
    const at::Tensor got = likelihood->log_prob(counts, h, library, {});
    REQUIRE(got.sizes() == at::IntArrayRef{2, 5});
    CHECK(at::allclose(got, want, 1e-10, 1e-10));
    CHECK(at::allclose(likelihood->composite(counts, h, library), want, 1e-10, 1e-10));
  }
  const at::Tensor single = small_likelihood(at::kFloat)->log_prob(sparse_of(x), h.to(at::kFloat), library, {});
  CHECK(single.scalar_type() == at::kFloat);
  CHECK(at::allclose(single.to(at::kDouble), want, 1e-5, 1e-5));
}

TEST_CASE("gradients of the kernel equal those of the composite path", "[likelihood][poisson]") {
  const at::ScalarType type = GENERATE(at::kFloat, at::kDouble);
  const auto fused = small_likelihood(type), plain = small_likelihood(type);
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, upstream = normal({2, 5}, 6, type);
  const at::Tensor h = normal({2, 5, 3}, 4, type).requires_grad_(true), copy = h.detach().clone().requires_grad_(true);
  fused->log_prob(sparse_of(x), h, library, {}).backward(upstream);
  plain->composite(sparse_of(x), copy, library).backward(upstream);
  const double tolerance = type == at::kFloat ? 2e-5 : 1e-11;
  CHECK(at::allclose(h.grad(), copy.grad(), tolerance, tolerance));
  const auto a = fused->parameters(), b = plain->parameters();
  REQUIRE(a.size() == 2);
  for (size_t i = 0; i < a.size(); ++i) CHECK(at::allclose(a[i].grad(), b[i].grad(), tolerance, tolerance));
}

TEST_CASE("gradients of log_prob with respect to h equal finite differences", "[likelihood][poisson]") {
  const auto likelihood = small_likelihood();
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({2, 5, 3}, 4).requires_grad_(true);
  likelihood->log_prob(sparse_of(x), h, library, {}).sum().backward();
  const at::NoGradGuard no_grad;
  const double step = 1e-5;
  for (int64_t s = 0; s < 2; ++s)
    for (int64_t b = 0; b < 5; ++b)
      for (int64_t k = 0; k < 3; ++k) {
        const at::Tensor above = h.detach().clone(), below = h.detach().clone();
        above[s][b][k] += step;
        below[s][b][k] -= step;
        const double difference = (textbook(*likelihood, x, above, library) - textbook(*likelihood, x, below, library))
                                      .sum()
                                      .item<double>();
        CHECK(std::abs(h.grad()[s][b][k].item<double>() - difference / (2 * step)) < 1e-6);
      }
}

TEST_CASE("probabilities of Poisson counts sum to one", "[likelihood][poisson]") {
  Poisson likelihood;
  likelihood.build({.genes = 1, .hidden = 2}, generator(1));
  likelihood.to(at::kDouble);
  const at::NoGradGuard no_grad;
  const int64_t top = 300;
  const at::Tensor x = at::arange(top, at::kDouble).unsqueeze(1), library = at::full({top}, 5e4, at::kDouble);
  const at::Tensor h = normal({1, 1, 2}, 4).expand({1, top, 2});
  const at::Tensor p = likelihood.log_prob(CountMatrix::from_dense(x), h, library, {}).exp();
  CHECK(std::abs(p.sum().item<double>() - 1) < 1e-12);
  const double mean = likelihood.mean(h, library, {})[0][0][0].item<double>();
  CHECK(std::abs((p * x.t()).sum().item<double>() - mean) < 1e-10);
}

TEST_CASE("samples have the mean and the variance of Poisson counts", "[likelihood][poisson]") {
  const auto likelihood = small_likelihood();
  const int64_t n = 40000;
  const at::Tensor h = normal({1, 1, 3}, 4).expand({n, 1, 3}), library = at::full({1}, 3e4, at::kDouble);
  const at::Tensor x = likelihood->sample(h, library, {}, generator(8)).squeeze(1);           // [n, G]
  const at::Tensor mu = likelihood->mean(h.slice(0, 0, 1), library, {}).detach().view({-1});  // [G]
  CHECK_FALSE(x.requires_grad());
  CHECK(x.eq(x.round()).all().item<bool>());
  CHECK(((x.mean(0) - mu).abs() / (mu / n).sqrt()).max().item<double>() < 5);
  const at::Tensor spread = ((mu + 2 * mu.square()) / n).sqrt();  // of the variance: fourth moment μ + 3μ², less μ²
  CHECK((((x - mu).square().mean(0) - mu).abs() / spread).max().item<double>() < 5);
}

TEST_CASE("samples depend on the generator only, and empty cells stay empty", "[likelihood][poisson]") {
  const auto likelihood = small_likelihood(at::kFloat);
  const at::Tensor library = at::full({5}, 1e5, at::kFloat), h = normal({2, 5, 3}, 4, at::kFloat);
  library[3] = 0;
  const at::Tensor x = likelihood->sample(h, library, {}, generator(8));
  REQUIRE(x.sizes() == at::IntArrayRef{2, 5, 7});
  CHECK(x.scalar_type() == at::kFloat);
  CHECK(at::equal(x, likelihood->sample(h, library, {}, generator(8))));
  CHECK_FALSE(at::equal(x, likelihood->sample(h, library, {}, generator(9))));
  CHECK(x.select(1, 3).eq(0).all().item<bool>());
}

TEST_CASE("an empty cell has log_prob 0, mean 0 and no gradient", "[likelihood][poisson]") {
  const bool composite = GENERATE(false, true);
  const auto likelihood = small_likelihood();
  const at::Tensor x = small_counts(), library = x.sum(1), h = normal({1, 5, 3}, 4).requires_grad_(true);
  const at::Tensor value = composite ? likelihood->composite(sparse_of(x), h, library)
                                     : likelihood->log_prob(sparse_of(x), h, library, {});
  value.sum().backward();
  CHECK(value[0][3].item<double>() == 0);
  CHECK(h.grad()[0][3].eq(0).all().item<bool>());
  CHECK(likelihood->mean(h, library, {})[0][3].eq(0).all().item<bool>());
}

TEST_CASE("what does not fit is refused", "[likelihood][poisson]") {
  const auto likelihood = small_likelihood();
  const at::Tensor library = at::full({5}, 1000.0, at::kDouble), h = normal({1, 5, 3}, 4).requires_grad_(true);
  at::Tensor x = small_counts();
  const at::Tensor value = likelihood->log_prob(sparse_of(x), h, library, {}).sum();
  CHECK_THROWS_WITH(torch::autograd::grad({value}, {h}, {}, true, true), ContainsSubstring("second derivatives"));
  const at::Tensor wide = normal({1, 5, 4}, 4);
  CHECK_THROWS_WITH(likelihood->log_prob(sparse_of(x), wide, library, {}), ContainsSubstring("likelihood poisson: h"));
  x[2][4] = -0.5;
  CHECK_THROWS_WITH(likelihood->log_prob(sparse_of(x), h, library, {}),
                    ContainsSubstring("likelihood poisson: the count of gene 4 in row 2 of the batch is -0.5") &&
                        ContainsSubstring("raw counts"));
  x[2][4] = INFINITY;
  CHECK_THROWS_AS(likelihood->log_prob(CountMatrix::from_dense(x), h, library, {}), Error);
}
