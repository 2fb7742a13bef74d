// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "likelihood_tools.hpp"
#include "scprior/conformance/evaluate.hpp"

// Shapes, consistency, domain and gradients. What is probability: laws_likelihood_probability.cpp.

namespace scprior::conformance {
namespace {

at::Tensor log_prob(Likelihood& likelihood, const Cells& x) {
  return likelihood.log_prob(x.counts, x.h, x.library, {});
}

TEST_CASE("likelihood: log_prob has shape [S, B], mean and sample [S, B, G]", "[likelihood]") {
  const auto likelihood = used_likelihood();
  for (const int64_t samples : {1, 3}) {
    for (const int64_t n : {1, 5}) {
      const Cells x = some_cells(samples, n);
      const std::string wanted = concat("[", samples, ", ", n, ", ", small_dims().genes, "]");
      CHECK(shape_text(log_prob(*likelihood, x)) == concat("[", samples, ", ", n, "]"));
      CHECK(shape_text(likelihood->mean(x.h, x.library, {})) == wanted);
      CHECK(shape_text(likelihood->sample(x.h, x.library, {}, generator(5))) == wanted);
    }
  }
}

TEST_CASE("likelihood: samples and cells do not depend on each other", "[likelihood]") {
  const auto likelihood = used_likelihood();
  const Cells x = some_cells(3, 5);
  const at::Tensor together = log_prob(*likelihood, x), mean = likelihood->mean(x.h, x.library, {});
  for (const int64_t s : {0, 2}) {
    for (const int64_t b : {0, 4}) {
      INFO("sample " << s << ", cell " << b);
      const Cells one{CountMatrix::from_dense(x.counts.dense().narrow(0, b, 1)), x.h.narrow(0, s, 1).narrow(1, b, 1),
                      x.library.narrow(0, b, 1)};
      const double scale = together[s][b].abs().item<double>();
      CHECK(largest_difference(together[s][b], log_prob(*likelihood, one)[0][0]) <= 1e-10 * (1 + scale));
      const at::Tensor alone = likelihood->mean(one.h, one.library, {})[0][0];
      CHECK(largest_difference(mean[s][b] / alone, at::ones_like(alone)) <= 1e-10);
    }
  }
}

TEST_CASE("likelihood: sparse and dense counts have the same log_prob", "[likelihood]") {
  const auto likelihood = used_likelihood();
  Cells x = some_cells(2, 6);
  REQUIRE(x.counts.is_sparse());
  const at::Tensor of_sparse = log_prob(*likelihood, x);
  x.counts = CountMatrix::from_dense(x.counts.dense());
  const at::Tensor of_dense = log_prob(*likelihood, x);
  CHECK(largest_difference(of_sparse, of_dense) <= 1e-10 * (1 + of_dense.abs().max().item<double>()));
}

TEST_CASE("likelihood: an empty cell has a finite log_prob and finite gradients", "[likelihood]") {
  const auto likelihood = used_likelihood();
  Cells x = some_cells(2, 3);
  at::Tensor counts = x.counts.dense().clone();
  counts.select(0, 1).zero_();
  x.library = counts.sum(1);
  x.h.set_requires_grad(true);
  for (const bool sparse : {false, true}) {
    INFO((sparse ? "sparse" : "dense"));
    x.counts = sparse ? to_sparse(counts) : CountMatrix::from_dense(counts);
    x.h.mutable_grad() = at::Tensor();
    const at::Tensor value = log_prob(*likelihood, x);
    CHECK(all_finite(value));
    value.sum().backward();
    CHECK(all_finite(x.h.grad()));
  }
  CHECK(all_finite(likelihood->mean(x.h, x.library, {})));
  CHECK(all_finite(likelihood->sample(x.h, x.library, {}, generator(5))));
}

TEST_CASE("likelihood: a gene without counts and one with a million have a finite log_prob", "[likelihood]") {
  const auto likelihood = used_likelihood();
  Cells x = some_cells(2, 4);
  at::Tensor counts = x.counts.dense().clone();
  counts.select(1, 3).zero_();
  counts.select(1, 4).fill_(1e6);
  x.counts = CountMatrix::from_dense(counts);
  x.library = counts.sum(1);
  CHECK(all_finite(log_prob(*likelihood, x)));
}

TEST_CASE("likelihood: log_prob is finite and at most 0 for large h, in float and double", "[likelihood]") {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const auto likelihood = used_likelihood(small_dims().genes, type);
    for (const double distance : {10.0, 100.0}) {
      INFO("h up to about " << 3 * distance << ", " << type);
      const Cells x = some_cells(2, 5, type);
      const at::Tensor value = likelihood->log_prob(x.counts, x.h * distance, x.library, {});
      CHECK(all_finite(value));
      CHECK(value.max().item<double>() <= 1e-3);
    }
  }
}

TEST_CASE("likelihood: negative, missing and infinite counts are refused", "[likelihood]") {
  const auto likelihood = used_likelihood();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double wrong : {-1.0, std::numeric_limits<double>::quiet_NaN(), infinity}) {
    for (const bool sparse : {false, true}) {
      INFO("a count of " << wrong << (sparse ? ", sparse" : ", dense"));
      Cells x = some_cells(1, 4);
      at::Tensor counts = x.counts.dense().clone();
      counts[2][3] = 5;
      const CountMatrix right = sparse ? to_sparse(counts) : CountMatrix::from_dense(counts);
      at::Tensor values = (sparse ? right.csr().values : right.dense()).clone();
      values.masked_fill_(values == 5, wrong);
      x.counts = right.with_values(values);
      CHECK(refusal([&] { log_prob(*likelihood, x); }) != "");
    }
  }
}

TEST_CASE("likelihood: wrong shapes are refused", "[likelihood]") {
  const auto likelihood = used_likelihood();
  const Cells x = some_cells(2, 4);
  const at::Tensor narrow = x.h.narrow(2, 0, x.h.size(2) - 1), short_library = x.library.narrow(0, 0, 3);
  const auto few = CountMatrix::from_dense(x.counts.dense().narrow(1, 0, small_dims().genes - 1));
  CHECK(refusal([&] { likelihood->log_prob(x.counts, narrow, x.library, {}); }, true) != "");
  CHECK(refusal([&] { likelihood->log_prob(x.counts, x.h, short_library, {}); }, true) != "");
  CHECK(refusal([&] { likelihood->log_prob(few, x.h, x.library, {}); }, true) != "");
}

TEST_CASE("likelihood: gradients with respect to h and parameters are right", "[likelihood]") {
  const auto likelihood = used_likelihood();
  for (const bool sparse : {true, false}) {
    Cells x = some_cells(2, 3);
    if (!sparse) x.counts = CountMatrix::from_dense(x.counts.dense());
    x.h.set_requires_grad(true);
    const auto value = [&] { return log_prob(*likelihood, x); };
    INFO((sparse ? "sparse" : "dense"));
    CHECK(gradient_problem(value, x.h, 6) == "");
    for (const Module::Entry& entry : likelihood->entries()) {
      if (!entry.traits.trainable) continue;
      INFO(entry.name);
      CHECK(gradient_problem(value, *entry.tensor, 7) == "");
    }
  }
}

TEST_CASE("likelihood: a larger cell has no smaller mean", "[likelihood]") {
  const auto likelihood = used_likelihood();
  const Cells x = some_cells(1, 5);
  const at::Tensor small = likelihood->mean(x.h, x.library, {}), large = likelihood->mean(x.h, x.library * 3, {});
  CHECK(all_finite(large));
  CHECK(small.min().item<double>() >= 0);
  CHECK(((large - small) / (small + 1e-300)).min().item<double>() >= -1e-9);
}

}  // namespace
}  // namespace scprior::conformance
