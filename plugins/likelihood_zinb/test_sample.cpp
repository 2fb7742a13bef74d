// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>

#include "test_tools.hpp"

using namespace scprior;

TEST_CASE("samples have the mean, the variance and the zeros of the zero-inflated distribution", "[likelihood][zinb]") {
  const double log_theta = GENERATE(-1.0, 1.0, 18.4), logit = GENERATE(-1.5, 1.0);
  const auto likelihood = small_likelihood("constant", "constant");
  const at::NoGradGuard no_grad;
  parameter(*likelihood, "log_theta").fill_(log_theta);
  parameter(*likelihood, "logit_pi").fill_(logit);
  const int64_t n = 40000;
  const at::Tensor h = normal({1, 1, 3}, 4).expand({n, 1, 3}), library = at::full({1}, 3e4, at::kDouble);
  const at::Tensor x = likelihood->sample(h, library, {}, generator(8)).squeeze(1);          // [n, G]
  const at::Tensor mean = likelihood->mean(h.slice(0, 0, 1), library, {}).view({-1});        // [G]
  const double kept = 1 / (1 + std::exp(logit));
  const at::Tensor mu = mean / kept;
  const at::Tensor variance = kept * (mu + mu.square() * (1 + std::exp(-log_theta))) - mean.square();
  CHECK(x.eq(x.round()).all().item<bool>());
  CHECK(x.ge(0).all().item<bool>());
  CHECK(((x.mean(0) - mean).abs() / (variance / n).sqrt()).max().item<double>() < 5);
  // The fourth central moment gives the spread of the estimated variance.
  const at::Tensor centred = x - mean, spread = ((centred.pow(4).mean(0) - variance.square()) / n).sqrt();
  CHECK(((centred.square().mean(0) - variance).abs() / spread).max().item<double>() < 5);
}

TEST_CASE("frequencies of samples agree with exp(log_prob)", "[likelihood][zinb]") {
  const auto likelihood = make_likelihood("gene-cell", "gene-cell", 1, 2);
  likelihood->to(at::kDouble);
  const int64_t n = 100000, top = 12;
  const at::Tensor library = at::full({1}, 4e4, at::kDouble), h = normal({1, 1, 2}, 4);
  const at::NoGradGuard no_grad;
  const at::Tensor x = likelihood->sample(h.expand({n, 1, 2}), library, {}, generator(9)).view({-1});
  for (int64_t count = 0; count < top; ++count) {
    const CountMatrix counts = CountMatrix::from_dense(at::full({1, 1}, static_cast<double>(count), at::kDouble));
    const double p = std::exp(likelihood->log_prob(counts, h, library, {}).item<double>());
    const double share = x.eq(count).to(at::kDouble).mean().item<double>();
    CAPTURE(count, p, share);
    CHECK(std::abs(share - p) < 5 * std::sqrt(p * (1 - p) / static_cast<double>(n)) + 1e-5);
  }
}

TEST_CASE("samples depend on the generator only, and empty cells stay empty", "[likelihood][zinb]") {
  const auto likelihood = small_likelihood("gene-cell", "gene", at::kFloat);
  const at::Tensor library = at::full({5}, 1e5, at::kFloat), h = normal({2, 5, 3}, 4, at::kFloat);
  library[3] = 0;
  const at::Tensor x = likelihood->sample(h, library, {}, generator(8));
  REQUIRE(x.sizes() == at::IntArrayRef{2, 5, 7});
  CHECK(x.scalar_type() == at::kFloat);
  CHECK_FALSE(x.requires_grad());
  CHECK(at::equal(x, likelihood->sample(h, library, {}, generator(8))));
  CHECK_FALSE(at::equal(x, likelihood->sample(h, library, {}, generator(9))));
  CHECK(x.select(1, 3).eq(0).all().item<bool>());
}
