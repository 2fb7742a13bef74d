// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "scprior/error.hpp"
#include "test_tools.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Named parameter of a module.
at::Tensor parameter(const NegativeBinomial& likelihood, const std::string& name) {
  for (const auto& entry : likelihood.entries())
    if (entry.name == name) return *entry.tensor;
  return {};
}

/// ln NB from the C library's lgamma, in long double, cell by cell and gene by gene.
at::Tensor textbook(const NegativeBinomial& likelihood, const at::Tensor& x, const at::Tensor& h,
                    const at::Tensor& library) {
  const at::Tensor theta_weight = parameter(likelihood, "log_theta.weight");
  const at::Tensor a = h.matmul(parameter(likelihood, "mean.weight").t()) + parameter(likelihood, "mean.bias");
  const at::Tensor r = (theta_weight.defined() ? h.matmul(theta_weight.t()) + parameter(likelihood, "log_theta.bias")
                                               : parameter(likelihood, "log_theta"))
                           .expand_as(a);
  at::Tensor out = at::zeros({h.size(0), h.size(1)}, at::kDouble);
  for (int64_t s = 0; s < h.size(0); ++s)
    for (int64_t b = 0; b < h.size(1); ++b) {
      long double sum = 0;
      for (int64_t g = 0; g < x.size(1) && library[b].item<double>() > 0; ++g) {
        const long double log_mean = a[s][b][g].item<double>(), log_theta = r[s][b][g].item<double>();
        const long double mu = std::exp(log_mean) * library[b].item<double>() / 1e4L, theta = std::exp(log_theta);
        const long double count = x[b][g].item<double>();
        sum += std::lgamma(count + theta) - std::lgamma(theta) - std::lgamma(count + 1) +
               theta * std::log(theta / (theta + mu)) + count * std::log(mu / (theta + mu));
      }
      out[s][b] = static_cast<double>(sum);
    }
  return out;
}

}  // namespace

TEST_CASE("log_prob equals the textbook formula, for sparse and dense counts", "[likelihood][nb]") {
  const std::string dispersion = GENERATE("gene-cell", "gene", "constant");
  const auto likelihood = small_likelihood(dispersion);
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({2, 5, 3}, 4);
  const at::NoGradGuard no_grad;
  const at::Tensor want = textbook(*likelihood, x, h, library);
  for (const CountMatrix& counts : {sparse_of(x), CountMatrix::from_dense(x)}) {
    const at::Tensor got = likelihood->log_prob(counts, h, library, {});
    REQUIRE(got.sizes() == at::IntArrayRef{2, 5});
    CHECK(at::allclose(got, want, 1e-10, 1e-10));
    CHECK(at::allclose(likelihood->composite(counts, h, library), want, 1e-10, 1e-10));
  }
}

TEST_CASE("log_prob has the same value with and without gradients and in float", "[likelihood][nb]") {
  const std::string dispersion = GENERATE("gene-cell", "gene", "constant");
  const auto likelihood = small_likelihood(dispersion), single = small_likelihood(dispersion, at::kFloat);
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({2, 5, 3}, 4);
  const at::Tensor with = likelihood->log_prob(sparse_of(x), h, library, {});
  CHECK(with.requires_grad());
  const at::NoGradGuard no_grad;
  const at::Tensor without = likelihood->log_prob(sparse_of(x), h, library, {});
  CHECK(at::allclose(with, without, 1e-13, 1e-13));
  const at::Tensor rounded = single->log_prob(sparse_of(x), h.to(at::kFloat), library, {});
  CHECK(rounded.scalar_type() == at::kFloat);
  CHECK(at::allclose(rounded.to(at::kDouble), without, 1e-5, 1e-5));
}

TEST_CASE("many rows without gradients equal the same rows one batch at a time", "[likelihood][nb]") {
  const auto likelihood = small_likelihood("gene-cell");
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({2000, 5, 3}, 5);  // blocks of 4096 rows
  const at::NoGradGuard no_grad;
  const at::Tensor all = likelihood->log_prob(sparse_of(x), h, library, {});
  for (const int64_t s : {0, 818, 819, 820, 1999})
    CHECK(at::allclose(all[s], likelihood->log_prob(sparse_of(x), h.slice(0, s, s + 1), library, {})[0], 1e-12, 1e-12));
}

TEST_CASE("an empty cell has log_prob 0, mean 0 and no gradient", "[likelihood][nb]") {
  const bool composite = GENERATE(false, true);
  const auto likelihood = small_likelihood("gene-cell");
  const at::Tensor x = small_counts(), library = x.sum(1), h = normal({1, 5, 3}, 4).requires_grad_(true);
  const at::Tensor value = composite ? likelihood->composite(sparse_of(x), h, library)
                                     : likelihood->log_prob(sparse_of(x), h, library, {});
  value.sum().backward();
  CHECK(value[0][3].item<double>() == 0);
  CHECK(h.grad()[0][3].eq(0).all().item<bool>());
  for (const auto& entry : likelihood->entries()) CHECK(entry.tensor->grad().isfinite().all().item<bool>());
  CHECK(likelihood->mean(h, library, {})[0][3].eq(0).all().item<bool>());
}

TEST_CASE("the composite path equals the kernel for large dispersions", "[likelihood][nb]") {
  const auto likelihood = small_likelihood("gene");
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({2, 5, 3}, 4);
  const at::NoGradGuard no_grad;
  for (const double theta : {1e-4, 9e3, 1.1e4, 1e8}) {
    parameter(*likelihood, "log_theta").fill_(std::log(theta));
    const at::Tensor composite = likelihood->composite(sparse_of(x), h, library);
    CHECK(at::allclose(composite, likelihood->log_prob(sparse_of(x), h, library, {}), 1e-9, 1e-9));
  }
}

TEST_CASE("counts that are no counts are refused with gene, row and value", "[likelihood][nb]") {
  const auto likelihood = small_likelihood("gene-cell");
  at::Tensor x = small_counts();
  x[2][4] = -0.5;
  const at::Tensor library = at::full({5}, 1000.0, at::kDouble), h = normal({1, 5, 3}, 4);
  CHECK_THROWS_WITH(likelihood->log_prob(sparse_of(x), h, library, {}),
                    ContainsSubstring("gene 4 in row 2 of the batch is -0.5") && ContainsSubstring("raw counts"));
  x[2][4] = std::nan("");
  CHECK_THROWS_AS(likelihood->log_prob(CountMatrix::from_dense(x), h, library, {}), Error);
}

TEST_CASE("shapes that do not fit are refused", "[likelihood][nb]") {
  const auto likelihood = small_likelihood("gene-cell");
  const at::Tensor x = small_counts(), library = x.sum(1), h = normal({1, 5, 3}, 4);
  const at::Tensor wide = normal({1, 5, 4}, 4);
  CHECK_THROWS_WITH(likelihood->log_prob(sparse_of(x), wide, library, {}), ContainsSubstring("[1, 5, 4]"));
  CHECK_THROWS_WITH(likelihood->log_prob(sparse_of(x.slice(1, 0, 6)), h, library, {}), ContainsSubstring("[5, 6]"));
  CHECK_THROWS_WITH(likelihood->log_prob(sparse_of(x), h, library.slice(0, 0, 4), {}), ContainsSubstring("library"));
  NegativeBinomial unbuilt(Options::resolve(NegativeBinomial::options(), {}));
  CHECK_THROWS_AS(unbuilt.build({.genes = 0, .hidden = 3}, generator(1)), Error);
}

TEST_CASE("the output layers are not penalised and start as glorot2010 says", "[likelihood][nb]") {
  NegativeBinomial likelihood(Options::resolve(NegativeBinomial::options(), {}));
  likelihood.build({.genes = 2000, .hidden = 16}, generator(1));
  CHECK(likelihood.entries().size() == 4);
  for (const auto& entry : likelihood.entries()) {
    CHECK_FALSE(entry.traits.penalised);
    CHECK(entry.traits.trainable);
  }
  const double bound = std::sqrt(6.0 / 2016);
  const double largest = parameter(likelihood, "mean.weight").abs().max().item<double>();
  CHECK(largest <= bound);
  CHECK(largest > 0.99 * bound);
  CHECK(parameter(likelihood, "mean.bias").eq(0).all().item<bool>());
}
