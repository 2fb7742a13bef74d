// SPDX-License-Identifier: Apache-2.0
// References: tests/fixtures/poisson/make.py (mpmath, 100 digits, textbook formula).
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>

#include "count_problem.hpp"
#include "scprior/kernels/poisson.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior::kernels;
using scprior::testing::with_threads;

namespace {

template <class T>
constexpr Tolerance tolerance_of() {
  return sizeof(T) == 4 ? Tolerance{2e-6, 2e-7} : Tolerance{1e-10, 1e-10};
}

template <class T>
CountProblem<T> random_problem() {
  at::Generator generator = at::detail::createCPUGenerator(13);
  return scprior::kernels::random_problem<T>(poisson<T>, generator);
}

}  // namespace

TEMPLATE_TEST_CASE("the Poisson kernel equals 100-digit arithmetic", "[poisson]", float, double) {
  const InstructionSet instructions = GENERATE(InstructionSet::best, InstructionSet::baseline);
  constexpr int64_t genes = 35;  // 32 go through vectors, the rest through the remainder of the loop
  const Tolerance tolerance = tolerance_of<TestType>();
  const std::vector<std::vector<double>> points = read_fixture("poisson/terms.tsv");
  REQUIRE(points.size() > 300);
  for (const std::vector<double>& point : points) {
    CountProblem<TestType> p(poisson<TestType>, 1, genes, 1);
    p.add_equal_row(point[0]);
    p.mean.assign(genes, static_cast<float>(point[1]));
    REQUIRE(p.run(true, instructions) == -1);
    CAPTURE(point[0], point[1], p.log_prob[0] / genes, point[2], p.mean[17], point[3]);
    REQUIRE(excess(p.log_prob[0] / genes, point[2], tolerance) <= 1);
    for (const int64_t gene : {0, 17, 34}) REQUIRE(excess(p.mean[gene], point[3], tolerance) <= 1);
  }
}

TEMPLATE_TEST_CASE("Poisson rows, samples and tiles add up to the plain expression", "[poisson]", float, double) {
  const CountProblem<TestType> given = random_problem<TestType>();
  CountProblem<TestType> p = given;
  const std::vector<double> x = p.dense();
  REQUIRE(p.run() == -1);
  const Tolerance tolerance = tolerance_of<TestType>();
  double worst = 0;
  for (int64_t row = 0; row < 80; ++row) {
    double sum = 0;
    for (int64_t gene = 0; gene < p.genes; ++gene) {
      const int64_t at = row * p.genes + gene, cell = row % p.cells;
      const TestType log_mu = given.mean[at] + given.log_size[cell];
      const double count = x[cell * p.genes + gene], mu = std::exp(static_cast<double>(log_mu));
      sum += count * log_mu - mu - std::lgamma(count + 1);
      worst = std::max(worst, excess(p.mean[at], count - mu, tolerance));
    }
    worst = std::max(worst, excess(p.log_prob[row], sum, tolerance));
  }
  CHECK(worst <= 1);
}

TEMPLATE_TEST_CASE("Poisson values alone equal values with gradients, whatever the threads", "[poisson]", float,
                   double) {
  CountProblem<TestType> one = random_problem<TestType>(), many = one, values = one;
  with_threads(1, [&] { one.run(); });
  with_threads(3, [&] { many.run(); });
  values.run(false);
  CHECK(one.log_prob == many.log_prob);
  CHECK(one.mean == many.mean);
  for (size_t row = 0; row < 80; ++row)
    CHECK(std::abs(values.log_prob[row] - one.log_prob[row]) <= 1e-6 * std::abs(one.log_prob[row]));
}

TEST_CASE("Poisson probabilities sum to one and have the mean mu", "[poisson]") {
  for (const double mu : {0.01, 3.0, 40.0}) {
    const int64_t top = 400;
    CountProblem<double> p(poisson<double>, top, 1, top);
    for (int64_t x = 0; x < top; ++x) p.add_equal_row(static_cast<double>(x));
    p.mean.assign(top, std::log(mu));
    REQUIRE(p.run(false) == -1);
    double sum = 0, mean = 0;
    for (int64_t x = 0; x < top; ++x) {
      sum += std::exp(p.log_prob[x]);
      mean += static_cast<double>(x) * std::exp(p.log_prob[x]);
    }
    CHECK(std::abs(sum - 1) < 1e-12);
    CHECK(std::abs(mean - mu) < 1e-11 * mu);
  }
}

TEMPLATE_TEST_CASE("Poisson logits of any size give finite results and clipped ones no gradient", "[poisson]", float,
                   double) {
  for (const double a : {-1e6, -61.0, -60.0, 0.0, 60.0, 61.0, 1e6})
    for (const double x : {0.0, 1.0, 300.0}) {
      CountProblem<TestType> p(poisson<TestType>, 1, 20, 1);
      p.add_equal_row(x);
      p.mean.assign(20, static_cast<TestType>(a));
      p.log_size = {TestType(2)};
      p.run();
      CAPTURE(a, x);
      REQUIRE(std::isfinite(p.log_prob[0]));
      for (const TestType g : p.mean) REQUIRE((std::abs(a) > 60 ? g == 0 : std::isfinite(g)));
    }
}

TEMPLATE_TEST_CASE("Poisson: empty cells, missing logits and entries that are no counts", "[poisson]", float, double) {
  const auto infinity = std::numeric_limits<TestType>::infinity();
  CountProblem<TestType> p(poisson<TestType>, 3, 40, 3);
  p.add_row({});
  p.add_row({{3, 2.0}});  // a library of 0 that its counts contradict
  p.add_row({{3, 2.0}});
  p.log_size = {-infinity, -infinity, 0};
  p.mean[2 * 40 + 7] = std::numeric_limits<TestType>::quiet_NaN();
  REQUIRE(p.run() == -1);
  CHECK(p.log_prob[0] == 0);
  CHECK(p.log_prob[1] == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(p.log_prob[2]));
  for (int64_t i = 0; i < 80; ++i) CHECK(p.mean[i] == 0);
  p.values[1] = infinity;
  CHECK(p.run() == 1);
}
