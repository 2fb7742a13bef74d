// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "likelihood_tools.hpp"
#include "scprior/conformance/evaluate.hpp"

namespace scprior::conformance {
namespace {

/// exp(log_prob) of every row of `x` [n, G] for the same h [S, H] and the same size of the cell: [S, n].
at::Tensor probabilities(Likelihood& likelihood, const at::Tensor& x, const at::Tensor& h, double library) {
  const at::NoGradGuard no_grad;
  const at::Tensor of_cells = h.unsqueeze(1).expand({h.size(0), x.size(0), h.size(1)});
  const at::Tensor sizes = at::full({x.size(0)}, library, x.options());
  return likelihood.log_prob(CountMatrix::from_dense(x), of_cells, sizes, {}).exp();
}

/// The size of a cell whose largest mean is about `mean`.
double library_for(Likelihood& likelihood, const at::Tensor& h, double mean) {
  const at::NoGradGuard no_grad;
  const at::Tensor sizes = at::full({1}, 1e4, h.options());
  const double largest = likelihood.mean(h.unsqueeze(1), sizes, {}).max().item<double>();
  REQUIRE(std::isfinite(largest));
  return largest > 0 ? 1e4 * mean / largest : 1e4;
}

at::Tensor some_h(int64_t samples) { return 0.5 * normal({samples, small_dims().hidden}, 3); }

/// `inside` and `tail` hold the mass of all counts tried, and of the larger half of them, for each h.
void check_sums_to_one(const at::Tensor& total, const at::Tensor& tail) {
  INFO("sums " << total << "\nof which in the tail " << tail);
  REQUIRE(all_finite(total));
  CHECK(total.max().item<double>() <= 1 + 1e-6);
  // A heavy tail reaches beyond the counts tried: then the sum may fall short, by about the mass of the tail.
  CHECK((total + 20 * tail).min().item<double>() >= 1 - 1e-6);
}

TEST_CASE("likelihood: exp(log_prob) sums to one over the counts of a gene", "[likelihood]") {
  const auto likelihood = used_likelihood(1);
  const at::Tensor h = some_h(3);
  constexpr int64_t limit = 40000;
  const at::Tensor x = at::arange(limit, at::kDouble).unsqueeze(1);
  for (const double mean : {0.3, 5.0, 40.0}) {
    INFO("mean about " << mean);
    const at::Tensor p = probabilities(*likelihood, x, h, library_for(*likelihood, h, mean));  // [S, limit]
    check_sums_to_one(p.sum(1), p.slice(1, limit / 2).sum(1));
  }
}

TEST_CASE("likelihood: exp(log_prob) sums to one over the counts of two genes", "[likelihood]") {
  const auto likelihood = used_likelihood(2);
  const at::Tensor h = some_h(2);
  constexpr int64_t limit = 300;
  const at::Tensor axis = at::arange(limit, at::kDouble);
  const at::Tensor x = at::stack({axis.repeat_interleave(limit), axis.repeat({limit})}, 1);
  const at::Tensor p = probabilities(*likelihood, x, h, library_for(*likelihood, h, 1.0));
  check_sums_to_one(p.sum(1), (p * (x.amax(1) >= limit / 2)).sum(1));
}

TEST_CASE("likelihood: samples are whole numbers of at least 0, without gradients", "[likelihood]") {
  const auto likelihood = used_likelihood();
  Cells x = some_cells(3, 5);
  x.h.set_requires_grad(true);
  const at::Tensor drawn = likelihood->sample(x.h, x.library, {}, generator(5));
  CHECK_FALSE(drawn.requires_grad());
  REQUIRE(drawn.is_floating_point());
  CHECK(same_bits(drawn, drawn.floor()));
  CHECK(drawn.min().item<double>() >= 0);
}

TEST_CASE("likelihood: the same generator gives the same samples, another one others", "[likelihood]") {
  const auto likelihood = used_likelihood();
  const Cells x = some_cells(2, 5);
  const at::Tensor first = likelihood->sample(x.h, 10 * x.library, {}, generator(5));
  CHECK(same_bits(first, likelihood->sample(x.h, 10 * x.library, {}, generator(5))));
  CHECK_FALSE(same_bits(first, likelihood->sample(x.h, 10 * x.library, {}, generator(6))));
}

TEST_CASE("likelihood: the mean is the average of samples", "[likelihood]") {
  const auto likelihood = used_likelihood(6);
  constexpr int64_t n_draws = 20000, n_cells = 3;
  const at::Tensor h = some_h(n_cells);
  const double library = library_for(*likelihood, h, 5);
  const at::Tensor sizes = library * at::arange(1, n_cells + 1, at::kDouble);
  const at::Tensor drawn =
      likelihood->sample(h.unsqueeze(0).expand({n_draws, n_cells, h.size(1)}), sizes, {}, generator(5));
  const at::Tensor mean = likelihood->mean(h.unsqueeze(0), sizes, {})[0];  // [B, G]
  const at::Tensor average = drawn.mean(0);
  // Few draws of a rare count underestimate its variance, which is at least about the mean.
  const at::Tensor error = (at::max(drawn.var(0), mean) / n_draws).sqrt();
  INFO("means\n" << mean << "\naverages of " << n_draws << " samples\n" << average);
  CHECK(((average - mean).abs() / error).max().item<double>() <= 6);
}

TEST_CASE("likelihood: samples occur as often as log_prob says", "[likelihood]") {
  const auto likelihood = used_likelihood(1);
  constexpr int64_t n_draws = 20000, limit = 60;
  const at::Tensor h = some_h(1);
  const double library = library_for(*likelihood, h, 3);
  const at::Tensor drawn = likelihood->sample(h.unsqueeze(0).expand({n_draws, 1, h.size(1)}),
                                              at::full({1}, library, at::kDouble), {}, generator(5));
  const at::Tensor x = at::arange(limit, at::kDouble);
  const at::Tensor wanted = probabilities(*likelihood, x.unsqueeze(1), h, library)[0];  // [limit]
  const at::Tensor got = (drawn.reshape({-1, 1}) == x).to(at::kDouble).mean(0);
  for (int64_t count = 0; count < limit; ++count) {
    const double p = wanted[count].item<double>(), share = got[count].item<double>();
    INFO("a count of " << count << ": log_prob says " << p << ", samples say " << share);
    CHECK(std::abs(share - p) <= 6 * std::sqrt(p / n_draws) + 20.0 / n_draws);
  }
}

}  // namespace
}  // namespace scprior::conformance
