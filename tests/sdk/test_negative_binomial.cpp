// SPDX-License-Identifier: Apache-2.0
// References: tests/fixtures/negative_binomial/make.py (mpmath, 100 digits, textbook formula).
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "scprior/kernels/negative_binomial.hpp"

using namespace scprior::kernels;

namespace {

struct Point {
  double x;
  float log_mu, log_theta;  // exact inputs of the reference
  NegativeBinomialTerm want;
};

const std::vector<Point>& points() {
  static const std::vector<Point> all = [] {
    std::vector<Point> read;
    std::ifstream file(SCPRIOR_FIXTURES "/negative_binomial/terms.tsv");
    std::string line;
    std::getline(file, line);  // versions
    std::getline(file, line);  // names
    while (std::getline(file, line)) {
      std::istringstream fields(line);
      Point p;
      fields >> p.x >> p.log_mu >> p.log_theta >> p.want.value >> p.want.d_log_mu >> p.want.d_log_theta;
      read.push_back(p);
    }
    return read;
  }();
  return all;
}

struct Tolerance {
  double relative, absolute;
};

/// How many times the tolerance the error is.
double excess(double got, double want, Tolerance tolerance) {
  const double error = std::abs(got - want);
  return std::isfinite(got) ? error / std::max(tolerance.relative * std::abs(want), tolerance.absolute)
                            : std::numeric_limits<double>::infinity();
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

/// A block with its memory.
template <class T>
struct Problem {
  int64_t cells, genes;
  std::vector<int64_t> row_ptr = {0};
  std::vector<int32_t> columns;
  std::vector<T> values, log_size, mean, log_theta, gene_log_theta, gene_gradient, row_weight;
  std::vector<double> log_prob;
  int64_t first_row = 0;

  Problem(int64_t n_cells, int64_t n_genes, int64_t rows) : cells(n_cells), genes(n_genes) {
    log_size.assign(cells, 0);
    mean.assign(rows * genes, 0);
    log_prob.assign(rows, std::nan(""));
  }
  void add_row(const std::vector<std::pair<int32_t, double>>& entries) {
    for (const auto& [column, x] : entries) {
      columns.push_back(column);
      values.push_back(static_cast<T>(x));
    }
    row_ptr.push_back(static_cast<int64_t>(columns.size()));
  }
  int64_t run(bool gradients = true, InstructionSet instructions = InstructionSet::best) {
    NegativeBinomialBlock<T> block;
    block.counts = {row_ptr.data(), columns.data(), values.data(), cells, genes};
    block.log_size = log_size.data();
    block.n_rows = static_cast<int64_t>(log_prob.size());
    block.first_row = first_row;
    block.mean = mean.data();
    block.log_theta = log_theta.empty() ? nullptr : log_theta.data();
    block.gene_log_theta = gene_log_theta.empty() ? nullptr : gene_log_theta.data();
    block.row_weight = row_weight.empty() ? nullptr : row_weight.data();
    block.gene_gradient = gene_gradient.empty() ? nullptr : gene_gradient.data();
    block.log_prob = log_prob.data();
    block.gradients = gradients;
    return negative_binomial(block, instructions);
  }
};

template <class T>
constexpr Tolerance tolerance_of() {
  return sizeof(T) == 4 ? Tolerance{2e-6, 2e-7} : Tolerance{1e-10, 1e-10};
}

std::vector<double> uniform(int64_t n, double low, double high, at::Generator& generator) {
  const at::Tensor draws = at::empty({n}, at::kDouble).uniform_(low, high, generator);
  return {draws.data_ptr<double>(), draws.data_ptr<double>() + n};
}

/// 40 cells, two samples each, 2500 genes (two whole tiles and a rest), one entry in eight filled, some with a 0.
template <class T>
Problem<T> random_problem(bool per_cell) {
  at::Generator generator = at::detail::createCPUGenerator(11);
  Problem<T> p(40, 2500, 80);
  for (int64_t cell = 0; cell < p.cells; ++cell) {
    std::vector<std::pair<int32_t, double>> row;
    const std::vector<double> u = uniform(p.genes, 0, 1, generator);
    for (int32_t gene = 0; gene < p.genes; ++gene)
      if (u[gene] < 0.125) row.emplace_back(gene, std::floor(0.05 / (u[gene] + 0.001)));
    p.add_row(row);
    p.log_size[cell] = static_cast<T>(-1 + 0.05 * static_cast<double>(cell));
  }
  const auto fill = [&](std::vector<T>& v, int64_t n, double low, double high) {
    const std::vector<double> u = uniform(n, low, high, generator);
    v.assign(u.begin(), u.end());
  };
  fill(p.mean, 80 * p.genes, -5, 4);
  if (per_cell) {
    fill(p.log_theta, 80 * p.genes, -3, 8);
  } else {
    fill(p.gene_log_theta, p.genes, -3, 8);
    p.gene_gradient.assign(p.genes, 0);
  }
  return p;
}

/// The dense count matrix of a problem.
template <class T>
std::vector<double> dense(const Problem<T>& p) {
  std::vector<double> x(p.cells * p.genes, 0);
  for (int64_t cell = 0; cell < p.cells; ++cell)
    for (int64_t e = p.row_ptr[cell]; e < p.row_ptr[cell + 1]; ++e) x[cell * p.genes + p.columns[e]] = p.values[e];
  return x;
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
  problem.log_theta.resize(n * genes);
  for (int64_t row = 0; row < n; ++row) {
    std::vector<std::pair<int32_t, double>> entries;
    for (int32_t gene = 0; gene < genes; ++gene) {
      problem.mean[row * genes + gene] = points()[row].log_mu;
      problem.log_theta[row * genes + gene] = points()[row].log_theta;
      if (points()[row].x > 0) entries.emplace_back(gene, points()[row].x);
    }
    problem.add_row(entries);
  }
  REQUIRE(problem.run(true, instructions) == -1);
  for (int64_t row = 0; row < n; ++row)
    for (const int64_t gene : {0, 17, 34}) {
      const double by_mu = problem.mean[row * genes + gene], by_theta = problem.log_theta[row * genes + gene];
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
    problem.gene_log_theta.assign(genes, p.log_theta);
    problem.gene_gradient.assign(genes, 0);
    problem.run(true, instructions);
    for (const int32_t gene : {0, 17, 34})
      compare(p, {problem.log_prob[0] / genes, problem.mean[gene], problem.gene_gradient[gene]},
              tolerance_of<TestType>());
  }
}

TEMPLATE_TEST_CASE("rows, samples and tiles of a block add up to single terms", "[negative_binomial]", float, double) {
  const bool per_cell = GENERATE(true, false);
  const Problem<TestType> given = random_problem<TestType>(per_cell);
  Problem<TestType> p = given;
  const std::vector<double> x = dense(p);
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
      const TestType log_theta = per_cell ? given.log_theta[at] : given.gene_log_theta[gene];
      const NegativeBinomialTerm term = negative_binomial_term(x[cell * p.genes + gene], log_mu, log_theta);
      sum += term.value;
      worst = std::max(worst, excess(p.mean[at], term.d_log_mu, tolerance));
      if (per_cell) worst = std::max(worst, excess(p.log_theta[at], term.d_log_theta, tolerance));
      if (!per_cell) by_gene[gene] += p.row_weight[row] * term.d_log_theta;
    }
    worst = std::max(worst, excess(p.log_prob[row], sum, tolerance));
  }
  const Tolerance of_sums{10 * tolerance.relative, 50 * tolerance.absolute};  // 80 terms of either sign
  for (int64_t gene = 0; gene < p.genes && !per_cell; ++gene)
    worst = std::max(worst, excess(p.gene_gradient[gene], by_gene[gene], of_sums));
  CHECK(worst <= 1);
}

TEMPLATE_TEST_CASE("values alone equal values with gradients, also from a later row on", "[negative_binomial]", float,
                   double) {
  const bool per_cell = GENERATE(true, false);
  Problem<TestType> whole = random_problem<TestType>(per_cell), part = whole;
  part.mean.erase(part.mean.begin(), part.mean.begin() + 64 * part.genes);
  if (per_cell) part.log_theta.erase(part.log_theta.begin(), part.log_theta.begin() + 64 * part.genes);
  part.first_row = 64;
  part.log_prob.resize(16);
  part.gene_gradient.clear();
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
  const int before = at::get_num_threads();
  Problem<TestType> one = random_problem<TestType>(per_cell), many = one;
  at::set_num_threads(1);
  one.run();
  at::set_num_threads(3);
  many.run();
  at::set_num_threads(before);
  CHECK(one.log_prob == many.log_prob);
  CHECK(one.mean == many.mean);
  CHECK(one.log_theta == many.log_theta);
  CHECK(one.gene_gradient == many.gene_gradient);
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
  p.log_theta.assign(3 * 40, 1);
  REQUIRE(p.run() == -1);
  CHECK(p.log_prob == std::vector<double>{0, 0, -std::numeric_limits<double>::infinity()});
  CHECK(p.mean == std::vector<TestType>(120, 0));
  CHECK(p.log_theta == std::vector<TestType>(120, 0));
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
        p.log_theta.assign(20, static_cast<TestType>(log_theta));
        p.log_size = {TestType(2)};
        p.run();
        REQUIRE(std::isfinite(p.log_prob[0]));
        for (const TestType g : p.mean) REQUIRE((std::abs(a) > 60 ? g == 0 : std::isfinite(g)));
        for (const TestType g : p.log_theta) REQUIRE(std::isfinite(g));
      }
}

TEMPLATE_TEST_CASE("a missing logit or dispersion makes its row missing, and no other", "[negative_binomial]",
                   float, double) {
  const bool of_theta = GENERATE(true, false);
  for (const int64_t gene : {3, 5}) {  // a zero, a count
    Problem<TestType> p(2, 20, 2);
    p.add_row({{5, 2.0}});
    p.add_row({{5, 2.0}});
    p.log_theta.assign(40, 0);
    (of_theta ? p.log_theta : p.mean)[gene] = std::numeric_limits<TestType>::quiet_NaN();
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
