// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <memory>

#include "@name@.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;

namespace {

/// Two hidden units, in double.
std::unique_ptr<@Name@Likelihood> make(int64_t n_genes) {
  auto likelihood = std::make_unique<@Name@Likelihood>(Options::resolve(@Name@Likelihood::options(), {}));
  likelihood->build({.genes = n_genes, .hidden = 2}, at::detail::createCPUGenerator(1));
  likelihood->to(at::kDouble);
  return likelihood;
}

at::Tensor some_h(int64_t n_cells) {
  return at::randn({1, n_cells, 2}, at::detail::createCPUGenerator(2), at::TensorOptions(at::kDouble));
}

}  // namespace

TEST_CASE("the probabilities of all counts sum to one, around the mean", "[likelihood]") {
  const auto likelihood = make(1);
  const at::Tensor x = at::arange(200, at::kDouble).unsqueeze(1), library = at::full({200}, 5e4, at::kDouble);
  const at::Tensor h = some_h(1).expand({1, 200, 2});
  const at::Tensor p = likelihood->log_prob(CountMatrix::from_dense(x), h, library, {}).exp();  // [1, 200]
  CHECK_THAT(p.sum().item<double>(), WithinAbs(1, 1e-10));
  CHECK_THAT((p * x.t()).sum().item<double>(), WithinAbs(likelihood->mean(h, library, {})[0][0].item<double>(), 1e-8));
}

TEST_CASE("draws have the mean of the likelihood and are whole numbers", "[likelihood]") {
  const auto likelihood = make(3);
  const at::Tensor h = some_h(1).expand({20000, 1, 2}), library = at::full({1}, 5e4, at::kDouble);
  const at::Tensor mean = likelihood->mean(h, library, {})[0][0];
  const at::Tensor x = likelihood->sample(h, library, {}, at::detail::createCPUGenerator(3)).select(1, 0);
  CHECK(x.equal(x.round()));
  CHECK(((x.mean(0) - mean).abs() < 4 * at::sqrt(mean / 20000)).all().item<bool>());
}

TEST_CASE("an empty cell has log-probability 0", "[likelihood]") {
  const at::Tensor zeros = at::zeros({1, 3}, at::kDouble);
  const at::Tensor log_prob = make(3)->log_prob(CountMatrix::from_dense(zeros), some_h(1), zeros.select(1, 0), {});
  CHECK(log_prob.item<double>() == 0);
}

TEST_CASE("negative counts and shapes that do not fit are refused", "[likelihood]") {
  const CountMatrix negative = CountMatrix::from_dense(at::full({1, 3}, -1, at::kDouble));
  CHECK_THROWS_AS(make(3)->log_prob(negative, some_h(1), at::ones({1}, at::kDouble), {}), Error);
  const CountMatrix counts = CountMatrix::from_dense(at::zeros({1, 2}, at::kDouble));
  CHECK_THROWS_AS(make(3)->log_prob(counts, some_h(1), at::zeros({1}, at::kDouble), {}), Error);
}
