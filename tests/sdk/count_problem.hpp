// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "scprior/kernels/count_block.hpp"

namespace scprior::kernels {

/// The rows of numbers of a fixture: two lines of text, then columns divided by tabs.
inline std::vector<std::vector<double>> read_fixture(const std::string& name) {
  std::ifstream file(SCPRIOR_FIXTURES "/" + name);
  std::string line;
  std::getline(file, line);  // versions
  std::getline(file, line);  // names
  std::vector<std::vector<double>> rows;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::vector<double>& row = rows.emplace_back();
    for (double number; fields >> number;) row.push_back(number);
  }
  return rows;
}

struct Tolerance {
  double relative, absolute;
};

/// How many times the tolerance the error is.
inline double excess(double got, double want, Tolerance tolerance) {
  const double error = std::abs(got - want);
  return std::isfinite(got) ? error / std::max(tolerance.relative * std::abs(want), tolerance.absolute)
                            : std::numeric_limits<double>::infinity();
}

inline std::vector<double> uniform(int64_t n, double low, double high, at::Generator& generator) {
  const at::Tensor draws = at::empty({n}, at::kDouble).uniform_(low, high, generator);
  return {draws.data_ptr<double>(), draws.data_ptr<double>() + n};
}

/// A parameter with its memory: of cells, of genes, or none.
template <class T>
struct ProblemParameter {
  std::vector<T> cells, genes, gene_gradient;

  CountParameter<T> view() {
    const auto or_null = [](std::vector<T>& v) { return v.empty() ? nullptr : v.data(); };
    return {or_null(cells), or_null(genes), or_null(gene_gradient)};
  }
  void fill(bool of_cells, int64_t rows, int64_t n_genes, double low, double high, at::Generator& generator) {
    const std::vector<double> u = uniform(of_cells ? rows * n_genes : n_genes, low, high, generator);
    (of_cells ? cells : genes).assign(u.begin(), u.end());
    if (!of_cells) gene_gradient.assign(n_genes, 0);
  }
  T at(int64_t row, int64_t gene, int64_t n_genes) const {
    return cells.empty() ? genes[gene] : cells[row * n_genes + gene];
  }
};

/// A block with its memory.
template <class T>
struct CountProblem {
  CountFunction<T> kernel;
  int64_t cells, genes;
  std::vector<int64_t> row_ptr = {0};
  std::vector<int32_t> columns;
  std::vector<T> values, log_size, mean, row_weight;
  ProblemParameter<T> dispersion, inflation;
  std::vector<double> log_prob;
  int64_t first_row = 0;

  CountProblem(CountFunction<T> k, int64_t n_cells, int64_t n_genes, int64_t rows)
      : kernel(k), cells(n_cells), genes(n_genes) {
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
  /// A row whose genes all have the count x.
  void add_equal_row(double x) {
    std::vector<std::pair<int32_t, double>> entries;
    for (int32_t gene = 0; gene < genes && x > 0; ++gene) entries.emplace_back(gene, x);
    add_row(entries);
  }
  int64_t run(bool gradients = true, InstructionSet instructions = InstructionSet::best) {
    CountBlock<T> block;
    block.counts = {row_ptr.data(), columns.data(), values.data(), cells, genes};
    block.n_genes = block.row_stride = genes;
    block.log_size = log_size.data();
    block.n_rows = static_cast<int64_t>(log_prob.size());
    block.first_row = first_row;
    block.mean = mean.data();
    block.dispersion = dispersion.view();
    block.inflation = inflation.view();
    block.row_weight = row_weight.empty() ? nullptr : row_weight.data();
    block.log_prob = log_prob.data();
    block.gradients = gradients;
    return kernel(block, instructions);
  }
  /// The dense count matrix.
  std::vector<double> dense() const {
    std::vector<double> x(cells * genes, 0);
    for (int64_t cell = 0; cell < cells; ++cell)
      for (int64_t e = row_ptr[cell]; e < row_ptr[cell + 1]; ++e) x[cell * genes + columns[e]] = values[e];
    return x;
  }
};

/// 40 cells, two samples each, 2500 genes (two whole tiles and a rest), one entry in eight filled, some with a 0. The
/// parameters beside the mean are left to the caller, with the generator.
template <class T>
CountProblem<T> random_problem(CountFunction<T> kernel, at::Generator& generator) {
  CountProblem<T> p(kernel, 40, 2500, 80);
  for (int64_t cell = 0; cell < p.cells; ++cell) {
    std::vector<std::pair<int32_t, double>> row;
    const std::vector<double> u = uniform(p.genes, 0, 1, generator);
    for (int32_t gene = 0; gene < p.genes; ++gene)
      if (u[gene] < 0.125) row.emplace_back(gene, std::floor(0.05 / (u[gene] + 0.001)));
    p.add_row(row);
    p.log_size[cell] = static_cast<T>(-1 + 0.05 * static_cast<double>(cell));
  }
  const std::vector<double> u = uniform(80 * p.genes, -5, 4, generator);
  p.mean.assign(u.begin(), u.end());
  return p;
}

}  // namespace scprior::kernels
