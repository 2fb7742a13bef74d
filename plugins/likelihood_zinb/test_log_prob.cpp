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

/// A parameter of each gene in each cell, from the tensors of the module.
at::Tensor parameter_of(const Module& likelihood, const std::string& name, const at::Tensor& h, int64_t genes) {
  const at::Tensor weight = parameter(likelihood, name + ".weight");
  const at::Tensor value = weight.defined() ? h.matmul(weight.t()) + parameter(likelihood, name + ".bias")
                                            : parameter(likelihood, name);
  return value.expand({h.size(0), h.size(1), genes});
}

/// ln ZINB as it is usually written, in long double, cell by cell and gene by gene.
at::Tensor textbook(const Module& likelihood, const at::Tensor& x, const at::Tensor& h, const at::Tensor& library) {
  const at::Tensor a = parameter_of(likelihood, "mean", h, 7), log_theta = parameter_of(likelihood, "log_theta", h, 7);
  const at::Tensor logit = parameter_of(likelihood, "logit_pi", h, 7);
  at::Tensor out = at::zeros({h.size(0), h.size(1)}, at::kDouble);
  for (int64_t s = 0; s < h.size(0); ++s)
    for (int64_t b = 0; b < h.size(1); ++b) {
      long double sum = 0;
      for (int64_t g = 0; g < 7 && library[b].item<double>() > 0; ++g) {
        const long double mu = std::exp(static_cast<long double>(a[s][b][g].item<double>())) *
                               library[b].item<double>() / 1e4L;
        const long double theta = std::exp(static_cast<long double>(log_theta[s][b][g].item<double>()));
        const long double pi = 1 / (1 + std::exp(-static_cast<long double>(logit[s][b][g].item<double>())));
        const long double count = x[b][g].item<double>();
        const long double nb = std::lgamma(count + theta) - std::lgamma(theta) - std::lgamma(count + 1) +
                               theta * std::log(theta / (theta + mu)) + count * std::log(mu / (theta + mu));
        sum += std::log((count == 0 ? pi : 0) + (1 - pi) * std::exp(nb));
      }
      out[s][b] = static_cast<double>(sum);
    }
  return out;
}

}  // namespace

TEST_CASE("log_prob equals the textbook formula, for sparse and dense counts", "[likelihood][zinb]") {
  const std::string dispersion = GENERATE("gene-cell", "gene", "constant");
  const std::string inflation = GENERATE("gene-cell", "gene", "constant");
  const auto likelihood = small_likelihood(dispersion, inflation);
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

TEST_CASE("log_prob has the same value with and without gradients and in float", "[likelihood][zinb]") {
  const std::string of = GENERATE("gene-cell", "gene", "constant");
  const auto likelihood = small_likelihood(of, of), single = small_likelihood(of, of, at::kFloat);
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

TEST_CASE("probabilities of zero-inflated counts sum to one", "[likelihood][zinb]") {
  const auto likelihood = make_likelihood("gene-cell", "gene", 1, 2);
  likelihood->to(at::kDouble);
  const at::NoGradGuard no_grad;
  for (const double logit : {-4.0, 0.0, 2.0}) {
    parameter(*likelihood, "logit_pi").fill_(logit);
    const int64_t top = 3000;
    const at::Tensor x = at::arange(top, at::kDouble).unsqueeze(1), library = at::full({top}, 2e4, at::kDouble);
    const at::Tensor h = normal({1, 1, 2}, 4).expand({1, top, 2});
    const at::Tensor p = likelihood->log_prob(CountMatrix::from_dense(x), h, library, {}).exp();
    const at::Tensor mean = likelihood->mean(h, library, {})[0][0][0];
    CHECK(std::abs(p.sum().item<double>() - 1) < 1e-10);
    CHECK(std::abs((p * x.t()).sum().item<double>() - mean.item<double>()) < 1e-9);
  }
}

TEST_CASE("an inflation of one half costs ln 2 a count and makes zeros likelier", "[likelihood][zinb]") {
  const auto likelihood = small_likelihood("gene", "gene");
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({1, 5, 3}, 4);
  const at::NoGradGuard no_grad;
  parameter(*likelihood, "logit_pi").fill_(-59);
  const at::Tensor rest = likelihood->log_prob(sparse_of(x), h, library, {});
  parameter(*likelihood, "logit_pi").fill_(0);
  const at::Tensor half = likelihood->log_prob(sparse_of(x), h, library, {});
  const at::Tensor counted = (x != 0).sum(1) * std::log(2.0);
  CHECK((half + counted - rest).ge(-1e-12).all().item<bool>());  // zeros become likelier
  const at::Tensor full = at::ones({5, 7}, at::kDouble), of_full = at::full({5}, 7e3, at::kDouble);
  const at::Tensor half_full = likelihood->log_prob(sparse_of(full), h, of_full, {});
  parameter(*likelihood, "logit_pi").fill_(-59);
  const at::Tensor rest_full = likelihood->log_prob(sparse_of(full), h, of_full, {});
  CHECK(at::allclose(half_full + 7 * std::log(2.0), rest_full, 1e-12, 1e-12));
}

TEST_CASE("an empty cell has log_prob 0, mean 0 and no gradient", "[likelihood][zinb]") {
  const bool composite = GENERATE(false, true);
  const auto likelihood = small_likelihood("gene-cell", "gene-cell");
  const at::Tensor x = small_counts(), library = x.sum(1), h = normal({1, 5, 3}, 4).requires_grad_(true);
  const at::Tensor value = composite ? likelihood->composite(sparse_of(x), h, library)
                                     : likelihood->log_prob(sparse_of(x), h, library, {});
  value.sum().backward();
  CHECK(value[0][3].item<double>() == 0);
  CHECK(h.grad()[0][3].eq(0).all().item<bool>());
  for (const auto& entry : likelihood->entries()) CHECK(entry.tensor->grad().isfinite().all().item<bool>());
  CHECK(likelihood->mean(h, library, {})[0][3].eq(0).all().item<bool>());
}

TEST_CASE("the composite path equals the kernel for extreme parameters", "[likelihood][zinb]") {
  const auto likelihood = small_likelihood("gene", "gene");
  const at::Tensor x = small_counts(), library = x.sum(1) * 700, h = normal({2, 5, 3}, 4);
  const at::NoGradGuard no_grad;
  for (const double theta : {1e-4, 1.1e4, 1e8})
    for (const double logit : {-100.0, -40.0, -1.0, 40.0, 100.0}) {
      parameter(*likelihood, "log_theta").fill_(std::log(theta));
      parameter(*likelihood, "logit_pi").fill_(logit);
      const at::Tensor composite = likelihood->composite(sparse_of(x), h, library);
      CHECK(at::allclose(composite, likelihood->log_prob(sparse_of(x), h, library, {}), 1e-9, 1e-9));
    }
}

TEST_CASE("counts that are no counts are refused with gene, row and value", "[likelihood][zinb]") {
  const auto likelihood = small_likelihood("gene-cell", "gene-cell");
  at::Tensor x = small_counts();
  x[2][4] = -0.5;
  const at::Tensor library = at::full({5}, 1000.0, at::kDouble), h = normal({1, 5, 3}, 4);
  CHECK_THROWS_WITH(likelihood->log_prob(sparse_of(x), h, library, {}),
                    ContainsSubstring("likelihood zinb: the count of gene 4 in row 2 of the batch is -0.5") &&
                        ContainsSubstring("raw counts"));
  x[2][4] = std::nan("");
  CHECK_THROWS_AS(likelihood->log_prob(CountMatrix::from_dense(x), h, library, {}), Error);
}

TEST_CASE("shapes that do not fit are refused", "[likelihood][zinb]") {
  const auto likelihood = small_likelihood("gene-cell", "gene");
  const at::Tensor x = small_counts(), library = x.sum(1), h = normal({1, 5, 3}, 4);
  const at::Tensor wide = normal({1, 5, 4}, 4);
  CHECK_THROWS_WITH(likelihood->log_prob(sparse_of(x), wide, library, {}), ContainsSubstring("[1, 5, 4]"));
  CHECK_THROWS_WITH(likelihood->log_prob(sparse_of(x.slice(1, 0, 6)), h, library, {}), ContainsSubstring("[5, 6]"));
  CHECK_THROWS_WITH(likelihood->mean(h, library.slice(0, 0, 4), {}), ContainsSubstring("library"));
  CHECK_THROWS_AS(make_likelihood("gene", "gene", 0, 3), Error);
}

TEST_CASE("the output layers are not penalised, and extra zeros start at one half", "[likelihood][zinb]") {
  const auto likelihood = make_likelihood("gene-cell", "gene-cell", 20, 4);
  CHECK(likelihood->entries().size() == 6);
  for (const auto& entry : likelihood->entries()) {
    CHECK_FALSE(entry.traits.penalised);
    CHECK(entry.traits.trainable);
  }
  CHECK(parameter(*likelihood, "logit_pi.bias").eq(0).all().item<bool>());
  CHECK(parameter(*make_likelihood("gene", "gene", 20, 4), "logit_pi").eq(at::zeros({20})).all().item<bool>());
  CHECK(parameter(*make_likelihood("gene", "constant", 20, 4), "logit_pi").sizes() == at::IntArrayRef{1});
}
