// SPDX-License-Identifier: Apache-2.0
// References: tests/fixtures/negative_binomial/make.py (mpmath, 100 digits, textbook formula).
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>

#include "count_problem.hpp"
#include "scprior/kernels/negative_binomial.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior::kernels;
using scprior::testing::with_threads;

namespace {

struct Point {
  double x;
  float log_mu, log_theta;  // exact inputs of the reference
  NegativeBinomialTerm want;
};

const std::vector<Point>& points() {
  static const std::vector<Point> all = [] {
    std::vector<Point> read;
    for (const std::vector<double>& row : read_fixture("negative_binomial/terms.tsv"))
      read.push_back({row[0], static_cast<float>(row[1]), static_cast<float>(row[2]), {row[3], row[4], row[5]}});
    return read;
  }();
  return all;
}

void compare(const Point& p, const NegativeBinomialTerm& got, Tolerance tolerance) {
  CAPTURE(p.x, p.log_mu, p.log_theta, got.value, p.want.value, got.d_log_mu, p.want.d_log_mu, got.d_log_theta,
          p.want.d_log_theta);
  // One assertion a point: thousands of points, four passes.
  const double worst = std::max({excess(got.value, p.want.value, tolerance),
                                 excess(got.d_log_mu, p.want.d_log_mu, tolerance),
                                 excess(got.d_log_theta, p.want.d_log_theta, tolerance)});
  REQUIRE(worst <= 1);
}

template <class T>
constexpr Tolerance tolerance_of() {
  return sizeof(T) == 4 ? Tolerance{2e-6, 2e-7} : Tolerance{1e-10, 1e-10};
}

template <class T>
struct Problem : CountProblem<T> {
  Problem(int64_t n_cells, int64_t n_genes, int64_t rows)
      : CountProblem<T>(negative_binomial<T>, n_cells, n_genes, rows) {}
  explicit Problem(CountProblem<T> given) : CountProblem<T>(std::move(given)) {}
};

template <class T>
Problem<T> random_problem(bool per_cell) {
  at::Generator generator = at::detail::createCPUGenerator(11);
  Problem<T> p(scprior::kernels::random_problem<T>(negative_binomial<T>, generator));
  p.dispersion.fill(per_cell, 80, p.genes, -3, 8, generator);
  return p;
}

}  // namespace

TEST_CASE("the negative binomial term equals 50-digit arithmetic", "[negative_binomial]") {
  REQUIRE(points().size() > 3000);
  for (const Point& p : points()) compare(p, negative_binomial_term(p.x, p.log_mu, p.log_theta), {1e-10, 1e-10});
}

// Each row holds 35 genes equal to one point: 32 go through vectors, the rest through the remainder of the loop.
TEMPLATE_TEST_CASE("the negative binomial kernel equals 50-digit arithmetic with a dispersion per cell",
                   "[negative_binomial]", float, double) {
  const InstructionSet instructions = GENERATE(InstructionSet::best, InstructionSet::baseline);
  constexpr int64_t genes = 35;
  const auto n = static_cast<int64_t>(points().size());
  Problem<TestType> problem(n, genes, n);
  problem.dispersion.cells.resize(n * genes);
  for (int64_t row = 0; row < n; ++row) {
    std::vector<std::pair<int32_t, double>> entries;
    for (int32_t gene = 0; gene < genes; ++gene) {
      problem.mean[row * genes + gene] = points()[row].log_mu;
      problem.dispersion.cells[row * genes + gene] = points()[row].log_theta;
      if (points()[row].x > 0) entries.emplace_back(gene, points()[row].x);
    }
    problem.add_row(entries);
  }
  REQUIRE(problem.run(true, instructions) == -1);
  for (int64_t row = 0; row < n; ++row)
    for (const int64_t gene : {0, 17, 34}) {
      const double by_mu = problem.mean[row * genes + gene], by_theta = problem.dispersion.cells[row * genes + gene];
      compare(points()[row], {problem.log_prob[row] / genes, by_mu, by_theta}, tolerance_of<TestType>());
    }
}

TEMPLATE_TEST_CASE("the negative binomial kernel equals 50-digit arithmetic with a dispersion per gene",
                   "[negative_binomial]", float, double) {
  const InstructionSet instructions = GENERATE(InstructionSet::best, InstructionSet::baseline);
  constexpr int32_t genes = 35;
  for (const Point& p : points()) {
    Problem<TestType> problem(1, genes, 1);
    std::vector<std::pair<int32_t, double>> entries;
    for (int32_t gene = 0; gene < genes && p.x > 0; ++gene) entries.emplace_back(gene, p.x);
    problem.add_row(entries);
    problem.mean.assign(genes, p.log_mu);
    problem.dispersion.genes.assign(genes, p.log_theta);
    problem.dispersion.gene_gradient.assign(genes, 0);
    problem.run(true, instructions);
    for (const int32_t gene : {0, 17, 34})
      compare(p, {problem.log_prob[0] / genes, problem.mean[gene], problem.dispersion.gene_gradient[gene]},
              tolerance_of<TestType>());
  }
}

TEMPLATE_TEST_CASE("rows, samples and tiles of a block add up to single terms", "[negative_binomial]", float, double) {
  const bool per_cell = GENERATE(true, false);
  const Problem<TestType> given = random_problem<TestType>(per_cell);
  Problem<TestType> p = given;
  const std::vector<double> x = p.dense();
  if (!per_cell)
    for (int64_t row = 0; row < 80; ++row) p.row_weight.push_back(static_cast<TestType>(0.5 + 0.125 * (row % 7)));
  REQUIRE(p.run() == -1);
  std::vector<double> by_gene(p.genes, 0);
  const Tolerance tolerance = tolerance_of<TestType>();
  double worst = 0;
  for (int64_t row = 0; row < 80; ++row) {
    double sum = 0;
    for (int64_t gene = 0; gene < p.genes; ++gene) {
      const int64_t at = row * p.genes + gene, cell = row % p.cells;
      const TestType log_mu = given.mean[at] + given.log_size[cell];
      const TestType log_theta = per_cell ? given.dispersion.cells[at] : given.dispersion.genes[gene];
      const NegativeBinomialTerm term = negative_binomial_term(x[cell * p.genes + gene], log_mu, log_theta);
      sum += term.value;
      worst = std::max(worst, excess(p.mean[at], term.d_log_mu, tolerance));
      if (per_cell) worst = std::max(worst, excess(p.dispersion.cells[at], term.d_log_theta, tolerance));
      if (!per_cell) by_gene[gene] += p.row_weight[row] * term.d_log_theta;
    }
    worst = std::max(worst, excess(p.log_prob[row], sum, tolerance));
  }
  const Tolerance of_sums{10 * tolerance.relative, 50 * tolerance.absolute};  // 80 terms of either sign
  for (int64_t gene = 0; gene < p.genes && !per_cell; ++gene)
    worst = std::max(worst, excess(p.dispersion.gene_gradient[gene], by_gene[gene], of_sums));
  CHECK(worst <= 1);
}

TEMPLATE_TEST_CASE("values alone equal values with gradients, also from a later row on", "[negative_binomial]", float,
                   double) {
  const bool per_cell = GENERATE(true, false);
  Problem<TestType> whole = random_problem<TestType>(per_cell), part = whole;
  part.mean.erase(part.mean.begin(), part.mean.begin() + 64 * part.genes);
  std::vector<TestType>& log_theta = part.dispersion.cells;
  if (per_cell) log_theta.erase(log_theta.begin(), log_theta.begin() + 64 * part.genes);
  part.first_row = 64;
  part.log_prob.resize(16);
  part.dispersion.gene_gradient.clear();
  whole.run();
  part.run(false);
  for (int64_t row = 0; row < 16; ++row) {
    const double want = whole.log_prob[64 + row];
    CHECK(std::abs(part.log_prob[row] - want) <= 1e-6 * std::abs(want));
  }
}

TEMPLATE_TEST_CASE("the negative binomial kernel does not depend on the number of threads", "[negative_binomial]",
                   float, double) {
  const bool per_cell = GENERATE(true, false);
  Problem<TestType> one = random_problem<TestType>(per_cell), many = one;
  with_threads(1, [&] { one.run(); });
  with_threads(3, [&] { many.run(); });
  CHECK(one.log_prob == many.log_prob);
  CHECK(one.mean == many.mean);
  CHECK(one.dispersion.cells == many.dispersion.cells);
  CHECK(one.dispersion.gene_gradient == many.dispersion.gene_gradient);
}

TEST_CASE("negative binomial probabilities sum to one", "[negative_binomial]") {
  for (const double mu : {0.01, 0.5, 3.0, 40.0})
    for (const double theta : {0.1, 1.0, 9.0, 11.0, 1e3, 1e7}) {
      double sum = 0, mean = 0;
      for (int x = 0; x < 20000; ++x) {
        const double p = std::exp(negative_binomial_term(x, std::log(mu), std::log(theta)).value);
        sum += p;
        mean += x * p;
      }
      CAPTURE(mu, theta);
      CHECK(std::abs(sum - 1) < 1e-10);
      CHECK(std::abs(mean - mu) < 1e-9 * mu);
    }
}

TEST_CASE("negative binomial terms are continuous across the cut-offs of their branches", "[negative_binomial]") {
  const double step = 1e-7;
  const auto smooth = [&](double x, double log_mu, double log_theta) {
    CAPTURE(x, log_mu, log_theta);
    const NegativeBinomialTerm below = negative_binomial_term(x, log_mu, log_theta - step);
    const NegativeBinomialTerm above = negative_binomial_term(x, log_mu, log_theta + step);
    CHECK(std::abs(above.value - below.value - step * (above.d_log_theta + below.d_log_theta)) < 1e-12);
    CHECK(std::abs(above.d_log_theta - below.d_log_theta) < 1e-5);
  };
  for (const double x : {1.0, 2.0, 16.0, 17.0, 2.5, 60.0}) {
    for (int shift = 1; shift <= 10; ++shift) smooth(x, 1.0, std::log(shift));  // one step less towards 10
    smooth(x, std::log(0.01) + 1.0, 1.0);                                         // μ/θ = 0.01
  }
  for (const double theta : {0.01, 3.0, 1e5}) {  // products for whole x, Stirling's series beside them
    const NegativeBinomialTerm at = negative_binomial_term(7, 1.5, std::log(theta));
    const NegativeBinomialTerm beside = negative_binomial_term(7 + 1e-12, 1.5, std::log(theta));
    CHECK(std::abs(at.value - beside.value) < 1e-10);
    CHECK(std::abs(at.d_log_theta - beside.d_log_theta) < 1e-10);
  }
}

TEMPLATE_TEST_CASE("an empty cell has log probability 0 and no gradient", "[negative_binomial]", float, double) {
  Problem<TestType> p(3, 40, 3);
  p.add_row({});
  p.add_row({{3, 0.0}});  // a stored zero
  p.add_row({{3, 2.0}});  // a library of 0 that its counts contradict
  p.log_size.assign(3, -std::numeric_limits<TestType>::infinity());
  p.dispersion.cells.assign(3 * 40, 1);
  REQUIRE(p.run() == -1);
  CHECK(p.log_prob == std::vector<double>{0, 0, -std::numeric_limits<double>::infinity()});
  CHECK(p.mean == std::vector<TestType>(120, 0));
  CHECK(p.dispersion.cells == std::vector<TestType>(120, 0));
}

TEMPLATE_TEST_CASE("logits of any size give finite results and clipped ones no gradient", "[negative_binomial]", float,
                   double) {
  for (const double a : {-1e6, -61.0, -60.0, 0.0, 60.0, 61.0, 1e6})
    for (const double log_theta : {-200.0, -90.0, -60.0, 0.0, 60.0, 90.0, 200.0})
      for (const double x : {0.0, 1.0, 300.0}) {
        CAPTURE(a, log_theta, x);
        Problem<TestType> p(1, 20, 1);
        std::vector<std::pair<int32_t, double>> row;
        for (int32_t gene = 0; gene < 20 && x > 0; ++gene) row.emplace_back(gene, x);
        p.add_row(row);
        p.mean.assign(20, static_cast<TestType>(a));
        p.dispersion.cells.assign(20, static_cast<TestType>(log_theta));
        p.log_size = {TestType(2)};
        p.run();
        REQUIRE(std::isfinite(p.log_prob[0]));
        for (const TestType g : p.mean) REQUIRE((std::abs(a) > 60 ? g == 0 : std::isfinite(g)));
        for (const TestType g : p.dispersion.cells) REQUIRE(std::isfinite(g));
      }
}

TEMPLATE_TEST_CASE("a missing logit or dispersion makes its row missing, and no other", "[negative_binomial]",
                   float, double) {
  const bool of_theta = GENERATE(true, false);
  for (const int64_t gene : {3, 5}) {  // a zero, a count
    Problem<TestType> p(2, 20, 2);
    p.add_row({{5, 2.0}});
    p.add_row({{5, 2.0}});
    p.dispersion.cells.assign(40, 0);
    (of_theta ? p.dispersion.cells : p.mean)[gene] = std::numeric_limits<TestType>::quiet_NaN();
    p.run();
    CHECK(std::isnan(p.log_prob[0]));
    CHECK(std::isfinite(p.log_prob[1]));
  }
}

TEMPLATE_TEST_CASE("the first entry that is no count is found", "[negative_binomial]", float, double) {
  const double bad = GENERATE(-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity());
  Problem<TestType> p = random_problem<TestType>(true);
  for (const int64_t entry : {4000, 700, 9000}) p.values[entry] = static_cast<TestType>(bad);
  CHECK(p.run() == 700);
}
