// SPDX-License-Identifier: Apache-2.0
// References: tests/fixtures/zero_inflated_negative_binomial/make.py (mpmath, 100 digits, textbook formula).
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>

#include "count_problem.hpp"
#include "scprior/kernels/negative_binomial.hpp"
#include "scprior/kernels/zero_inflated_negative_binomial.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior::kernels;
using scprior::testing::with_threads;

namespace {

struct Term {
  double value, d_log_mu, d_log_theta, d_logit;
};

struct Point {
  double x;
  float log_mu, log_theta, logit;  // exact inputs of the reference
  Term want;
};

const std::vector<Point>& points() {
  static const std::vector<Point> all = [] {
    std::vector<Point> read;
    for (const std::vector<double>& row : read_fixture("zero_inflated_negative_binomial/terms.tsv"))
      read.push_back({row[0],
                      static_cast<float>(row[1]),
                      static_cast<float>(row[2]),
                      static_cast<float>(row[3]),
                      {row[4], row[5], row[6], row[7]}});
    return read;
  }();
  return all;
}

template <class T>
constexpr Tolerance tolerance_of() {
  return sizeof(T) == 4 ? Tolerance{1e-5, 1e-6} : Tolerance{1e-10, 1e-10};
}

double worst_of(const Term& got, const Term& want, Tolerance tolerance) {
  return std::max({excess(got.value, want.value, tolerance), excess(got.d_log_mu, want.d_log_mu, tolerance),
                   excess(got.d_log_theta, want.d_log_theta, tolerance), excess(got.d_logit, want.d_logit, tolerance)});
}

void compare(const Point& p, const Term& got, Tolerance tolerance) {
  CAPTURE(p.x, p.log_mu, p.log_theta, p.logit, got.value, p.want.value, got.d_log_mu, p.want.d_log_mu, got.d_log_theta,
          p.want.d_log_theta, got.d_logit, p.want.d_logit);
  REQUIRE(worst_of(got, p.want, tolerance) <= 1);
}

double softplus(double r) { return std::max(r, 0.0) + std::log1p(std::exp(-std::abs(r))); }

/// The usual expression, in double: ln p(0) = logaddexp(ln π, ln(1-π) + ln NB(0)).
Term plain_term(double x, double log_mu, double log_theta, double r) {
  const NegativeBinomialTerm nb = negative_binomial_term(x, log_mu, log_theta);
  const double log_pi = -softplus(-r), counted = nb.value - softplus(r), pi = std::exp(log_pi);
  if (x > 0) return {counted, nb.d_log_mu, nb.d_log_theta, -pi};
  const double value = std::max(log_pi, counted) + std::log1p(std::exp(-std::abs(log_pi - counted)));
  const double share = std::exp(counted - value);
  return {value, share * nb.d_log_mu, share * nb.d_log_theta, std::exp(log_pi - value) - pi};
}

template <class T>
struct Problem : CountProblem<T> {
  Problem(int64_t n_cells, int64_t n_genes, int64_t rows)
      : CountProblem<T>(zero_inflated_negative_binomial<T>, n_cells, n_genes, rows) {}
  explicit Problem(CountProblem<T> given) : CountProblem<T>(std::move(given)) {}
};

template <class T>
Problem<T> random_problem(bool cell_dispersion, bool cell_inflation) {
  at::Generator generator = at::detail::createCPUGenerator(12);
  Problem<T> p(scprior::kernels::random_problem<T>(zero_inflated_negative_binomial<T>, generator));
  p.dispersion.fill(cell_dispersion, 80, p.genes, -3, 8, generator);
  p.inflation.fill(cell_inflation, 80, p.genes, -6, 4, generator);
  return p;
}

/// One row whose genes are all equal.
template <class T>
Problem<T> equal_genes(int64_t genes, double x, double log_mu, double log_theta, double logit) {
  Problem<T> p(1, genes, 1);
  p.add_equal_row(x);
  p.mean.assign(genes, static_cast<T>(log_mu));
  p.dispersion.cells.assign(genes, static_cast<T>(log_theta));
  p.inflation.cells.assign(genes, static_cast<T>(logit));
  return p;
}

}  // namespace

// Each row holds 35 genes equal to one point: 32 go through vectors, the rest through the remainder of the loop.
TEMPLATE_TEST_CASE("the zero-inflated kernel equals 100-digit arithmetic with parameters per cell", "[zinb]", float,
                   double) {
  const InstructionSet instructions = GENERATE(InstructionSet::best, InstructionSet::baseline);
  constexpr int64_t genes = 35;
  REQUIRE(points().size() > 1500);
  for (const Point& p : points()) {
    Problem<TestType> problem = equal_genes<TestType>(genes, p.x, p.log_mu, p.log_theta, p.logit);
    REQUIRE(problem.run(true, instructions) == -1);
    for (const int64_t gene : {0, 17, 34})
      compare(p,
              {problem.log_prob[0] / genes, problem.mean[gene], problem.dispersion.cells[gene],
               problem.inflation.cells[gene]},
              tolerance_of<TestType>());
  }
}

TEMPLATE_TEST_CASE("the zero-inflated kernel equals 100-digit arithmetic with parameters per gene", "[zinb]", float,
                   double) {
  const InstructionSet instructions = GENERATE(InstructionSet::best, InstructionSet::baseline);
  constexpr int64_t genes = 35;
  for (const Point& p : points()) {
    Problem<TestType> problem(1, genes, 1);
    problem.add_equal_row(p.x);
    problem.mean.assign(genes, p.log_mu);
    problem.dispersion.genes.assign(genes, p.log_theta);
    problem.inflation.genes.assign(genes, p.logit);
    problem.dispersion.gene_gradient.assign(genes, 0);
    problem.inflation.gene_gradient.assign(genes, 0);
    REQUIRE(problem.run(true, instructions) == -1);
    for (const int64_t gene : {0, 17, 34})
      compare(p,
              {problem.log_prob[0] / genes, problem.mean[gene], problem.dispersion.gene_gradient[gene],
               problem.inflation.gene_gradient[gene]},
              tolerance_of<TestType>());
  }
}

TEMPLATE_TEST_CASE("zero-inflated rows, samples and tiles add up to the plain expression", "[zinb]", float, double) {
  const bool cell_dispersion = GENERATE(true, false), cell_inflation = GENERATE(true, false);
  CAPTURE(cell_dispersion, cell_inflation);
  const Problem<TestType> given = random_problem<TestType>(cell_dispersion, cell_inflation);
  Problem<TestType> p = given;
  const std::vector<double> x = p.dense();
  for (int64_t row = 0; row < 80; ++row) p.row_weight.push_back(static_cast<TestType>(0.5 + 0.125 * (row % 7)));
  REQUIRE(p.run() == -1);
  std::vector<double> by_theta(p.genes, 0), by_logit(p.genes, 0);
  const Tolerance tolerance = tolerance_of<TestType>();
  double worst = 0;
  for (int64_t row = 0; row < 80; ++row) {
    double sum = 0;
    for (int64_t gene = 0; gene < p.genes; ++gene) {
      const int64_t at = row * p.genes + gene, cell = row % p.cells;
      const TestType log_mu = given.mean[at] + given.log_size[cell];
      const Term term = plain_term(x[cell * p.genes + gene], log_mu, given.dispersion.at(row, gene, p.genes),
                                   given.inflation.at(row, gene, p.genes));
      sum += term.value;
      by_theta[gene] += p.row_weight[row] * term.d_log_theta;
      by_logit[gene] += p.row_weight[row] * term.d_logit;
      const Term got{0, p.mean[at], cell_dispersion ? p.dispersion.cells[at] : term.d_log_theta,
                     cell_inflation ? p.inflation.cells[at] : term.d_logit};
      worst = std::max(worst, worst_of(got, {0, term.d_log_mu, term.d_log_theta, term.d_logit}, tolerance));
    }
    worst = std::max(worst, excess(p.log_prob[row], sum, tolerance));
  }
  CHECK(worst <= 1);
  double worst_sum = 0;  // 80 terms of either sign
  const Tolerance of_sums{10 * tolerance.relative, 50 * tolerance.absolute};
  for (int64_t gene = 0; gene < p.genes; ++gene) {
    if (!cell_dispersion)
      worst_sum = std::max(worst_sum, excess(p.dispersion.gene_gradient[gene], by_theta[gene], of_sums));
    if (!cell_inflation)
      worst_sum = std::max(worst_sum, excess(p.inflation.gene_gradient[gene], by_logit[gene], of_sums));
  }
  CHECK(worst_sum <= 1);
}

TEMPLATE_TEST_CASE("zero-inflated values alone equal values with gradients, also from a later row on", "[zinb]", float,
                   double) {
  const bool of_cells = GENERATE(true, false);
  Problem<TestType> whole = random_problem<TestType>(of_cells, of_cells), part = whole;
  for (std::vector<TestType>* logits : {&part.mean, &part.dispersion.cells, &part.inflation.cells})
    if (!logits->empty()) logits->erase(logits->begin(), logits->begin() + 64 * part.genes);
  part.first_row = 64;
  part.log_prob.resize(16);
  whole.run();
  part.run(false);
  for (int64_t row = 0; row < 16; ++row) {
    const double want = whole.log_prob[64 + row];
    CHECK(std::abs(part.log_prob[row] - want) <= 1e-6 * std::abs(want));
  }
}

TEMPLATE_TEST_CASE("the zero-inflated kernel does not depend on the number of threads", "[zinb]", float, double) {
  const bool cell_dispersion = GENERATE(true, false), cell_inflation = GENERATE(true, false);
  Problem<TestType> one = random_problem<TestType>(cell_dispersion, cell_inflation), many = one;
  with_threads(1, [&] { one.run(); });
  with_threads(3, [&] { many.run(); });
  CHECK(one.log_prob == many.log_prob);
  CHECK(one.mean == many.mean);
  CHECK(one.dispersion.cells == many.dispersion.cells);
  CHECK(one.inflation.cells == many.inflation.cells);
  CHECK(one.dispersion.gene_gradient == many.dispersion.gene_gradient);
  CHECK(one.inflation.gene_gradient == many.inflation.gene_gradient);
}

TEST_CASE("zero-inflated probabilities sum to one and have the mean (1 - pi) mu", "[zinb]") {
  for (const double mu : {0.01, 3.0, 40.0})
    for (const double theta : {0.1, 1.0, 1e3})
      for (const double r : {-5.0, 0.0, 3.0}) {
        const int64_t top = 20000;
        Problem<double> p(top, 1, top);
        for (int64_t x = 0; x < top; ++x) p.add_equal_row(static_cast<double>(x));
        p.mean.assign(top, std::log(mu));
        p.dispersion.genes = {std::log(theta)};
        p.inflation.genes = {r};
        REQUIRE(p.run(false) == -1);
        double sum = 0, mean = 0;
        for (int64_t x = 0; x < top; ++x) {
          sum += std::exp(p.log_prob[x]);
          mean += static_cast<double>(x) * std::exp(p.log_prob[x]);
        }
        CAPTURE(mu, theta, r);
        CHECK(std::abs(sum - 1) < 1e-10);
        CHECK(std::abs(mean - mu / (1 + std::exp(r))) < 1e-9 * mu);
      }
}

TEMPLATE_TEST_CASE("without inflation the kernel is the negative binomial's", "[zinb]", float, double) {
  const Tolerance tolerance{1e-6, 1e-6};
  for (const double x : {0.0, 1.0, 7.0})
    for (const double log_mu : {-4.0, 0.0, 3.0}) {
      Problem<TestType> p = equal_genes<TestType>(1, x, log_mu, 0.5, -1e6);
      p.run();
      const NegativeBinomialTerm want = negative_binomial_term(x, log_mu, 0.5);
      CHECK(excess(p.log_prob[0], want.value, tolerance) <= 1);
      CHECK(excess(p.mean[0], want.d_log_mu, tolerance) <= 1);
      CHECK(excess(p.dispersion.cells[0], want.d_log_theta, tolerance) <= 1);
      CHECK(p.inflation.cells[0] == 0);
    }
}

TEMPLATE_TEST_CASE("logits of any size give finite zero-inflated results and clipped ones no gradient", "[zinb]", float,
                   double) {
  for (const double a : {-1e6, -60.0, 0.0, 60.0, 61.0, 1e6})
    for (const double log_theta : {-200.0, -60.0, 0.0, 60.0, 200.0})
      for (const double r : {-1e6, -61.0, -60.0, 0.0, 60.0, 1e6})
        for (const double x : {0.0, 1.0, 300.0}) {
          CAPTURE(a, log_theta, r, x);
          Problem<TestType> p = equal_genes<TestType>(20, x, a, log_theta, r);
          p.log_size = {TestType(2)};
          p.run();
          REQUIRE(std::isfinite(p.log_prob[0]));
          for (const TestType g : p.mean) REQUIRE((std::abs(a) > 60 ? g == 0 : std::isfinite(g)));
          for (const TestType g : p.dispersion.cells) REQUIRE(std::isfinite(g));
          for (const TestType g : p.inflation.cells) REQUIRE((std::abs(r) > 60 ? g == 0 : std::isfinite(g)));
        }
}

TEMPLATE_TEST_CASE("a clipped logit of a gene gets no zero-inflation gradient", "[zinb]", float, double) {
  const double x = GENERATE(0.0, 2.0);
  Problem<TestType> p(1, 3, 1);
  p.add_equal_row(x);
  p.dispersion.genes.assign(3, 0);
  p.inflation.genes = {-61, 1, 61};
  p.inflation.gene_gradient.assign(3, 7);
  p.run();
  CHECK(p.inflation.gene_gradient[0] == 0);
  CHECK(p.inflation.gene_gradient[1] != 0);
  CHECK(p.inflation.gene_gradient[2] == 0);
}

TEMPLATE_TEST_CASE("a missing parameter makes its zero-inflated row missing, and no other", "[zinb]", float, double) {
  const int which = GENERATE(0, 1, 2);
  for (const int64_t gene : {3, 5}) {  // a zero, a count
    Problem<TestType> p(2, 20, 2);
    p.add_row({{5, 2.0}});
    p.add_row({{5, 2.0}});
    p.dispersion.cells.assign(40, 0);
    p.inflation.cells.assign(40, 0);
    std::vector<TestType>* parameters[] = {&p.mean, &p.dispersion.cells, &p.inflation.cells};
    (*parameters[which])[gene] = std::numeric_limits<TestType>::quiet_NaN();
    p.run();
    CHECK(std::isnan(p.log_prob[0]));
    CHECK(std::isfinite(p.log_prob[1]));
  }
}

TEMPLATE_TEST_CASE("an empty cell has no zero-inflated gradient, and no count is refused silently", "[zinb]", float,
                   double) {
  Problem<TestType> p(3, 40, 3);
  p.add_row({});
  p.add_row({{3, 0.0}});  // a stored zero
  p.add_row({{3, 2.0}});  // a library of 0 that its counts contradict
  p.log_size.assign(3, -std::numeric_limits<TestType>::infinity());
  p.dispersion.cells.assign(120, 1);
  p.inflation.cells.assign(120, 1);
  REQUIRE(p.run() == -1);
  CHECK(p.log_prob == std::vector<double>{0, 0, -std::numeric_limits<double>::infinity()});
  for (const auto* gradient : {&p.mean, &p.dispersion.cells, &p.inflation.cells})
    CHECK(*gradient == std::vector<TestType>(120, 0));
  p.values[1] = -1;
  CHECK(p.run() == 1);
}
