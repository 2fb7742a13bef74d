// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <functional>
#include <random>

#include "scprior/kernels/autoregressive.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;
using kernels::Activation;
using kernels::Gate;
using kernels::InstructionSet;

namespace {

using Row = std::vector<double>;

struct Layer {
  std::vector<Row> weight;  ///< [units, inputs]
  Row bias;
};

struct Problem {
  int64_t cells, dims, draws;
  std::vector<Row> mean, scale, noise;  ///< [B, D], [B, D], [S, D]
  struct Step {
    std::vector<Layer> layers;
    std::vector<int64_t> rows;
    std::vector<Row> start;  ///< [B, H], or empty
  };
  std::vector<Step> steps;
};

/// Weights of an ordered mask, with further zeros: at the end of rows, inside them, and whole rows.
Problem make(int64_t cells, int64_t dims, int64_t draws, const std::vector<int64_t>& hidden, int n_steps, bool starts) {
  std::mt19937_64 engine(static_cast<uint64_t>(dims * 1000 + draws));
  std::normal_distribution<double> normal;
  // Exact in float, so that both types begin with the same numbers.
  const auto number = [&](double size) { return static_cast<double>(static_cast<float>(size * normal(engine))); };
  const auto matrix = [&](int64_t rows, int64_t columns, double size) {
    std::vector<Row> all(rows, Row(columns));
    for (Row& row : all)
      for (double& x : row) x = number(size);
    return all;
  };
  Problem p{cells, dims, draws, matrix(cells, dims, 1), matrix(cells, dims, 0.5), matrix(draws, dims, 1), {}};
  for (int t = 0; t < n_steps; ++t) {
    Problem::Step step;
    int64_t inputs = dims;
    std::vector<int64_t> widths = hidden;
    widths.push_back(2 * dims);
    for (const int64_t units : widths) {
      Layer layer{matrix(units, inputs, 1 / std::sqrt(static_cast<double>(inputs))), matrix(1, units, 0.5)[0]};
      for (int64_t j = 0; j < units; ++j)
        for (int64_t k = 0; k < inputs; ++k)
          if (k * units > j * inputs || engine() % 8 == 0 || j % 7 == 3) layer.weight[j][k] = 0;
      step.layers.push_back(layer);
      inputs = units;
    }
    for (int64_t d = 0; d < dims; ++d) step.rows.push_back(d);
    std::shuffle(step.rows.begin(), step.rows.end(), engine);
    if (starts) step.start = matrix(cells, hidden[0], 1);
    p.steps.push_back(step);
  }
  return p;
}

double activated(Activation activation, double x) {
  switch (activation) {
    case Activation::tanh: return std::tanh(x);
    case Activation::relu: return std::max(x, 0.0);
    case Activation::elu: return x > 0 ? x : std::expm1(x);
    case Activation::selu: return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
    case Activation::silu: return x / (1 + std::exp(-x));
    case Activation::softplus: return std::log1p(std::exp(x));
    case Activation::linear: return x;
  }
  return 0;
}

/// z of one draw behind all steps, as the formulas have it.
Row pushed(const Problem& p, int64_t cell, int64_t draw, Activation activation, Gate gate) {
  Row z(p.dims);
  for (int64_t d = 0; d < p.dims; ++d) z[d] = p.mean[cell][d] + p.scale[cell][d] * p.noise[draw][d];
  for (const Problem::Step& step : p.steps) {
    Row x;
    for (const int64_t row : step.rows) x.push_back(z[row]);
    for (size_t l = 0; l < step.layers.size(); ++l) {
      Row y = l == 0 && !step.start.empty() ? step.start[cell] : step.layers[l].bias;
      for (size_t j = 0; j < y.size(); ++j) {
        for (size_t k = 0; k < x.size(); ++k) y[j] += step.layers[l].weight[j][k] * x[k];
        if (l + 1 < step.layers.size()) y[j] = activated(activation, y[j]);
      }
      x = y;
    }
    for (int64_t i = 0; i < p.dims; ++i) {
      const double m = x[2 * i], s = x[2 * i + 1], g = 1 / (1 + std::exp(-s));
      double& value = z[step.rows[i]];
      value = gate == Gate::sigmoid ? g * value + (1 - g) * m : std::exp(std::clamp(s, -5.0, 3.0)) * value + m;
    }
  }
  return z;
}

struct Moments {
  Row mean, squares;  ///< [B · D]
};

Moments expected(const Problem& p, Activation activation, Gate gate) {
  Moments out;
  for (int64_t cell = 0; cell < p.cells; ++cell) {
    std::vector<Row> z;
    for (int64_t s = 0; s < p.draws; ++s) z.push_back(pushed(p, cell, s, activation, gate));
    for (int64_t d = 0; d < p.dims; ++d) {
      double mean = 0, squares = 0;
      for (const Row& draw : z) mean += draw[d] / static_cast<double>(p.draws);
      for (const Row& draw : z) squares += (draw[d] - mean) * (draw[d] - mean);
      out.mean.push_back(mean);
      out.squares.push_back(squares);
    }
  }
  return out;
}

template <class T>
std::vector<T> flat(const std::vector<Row>& rows) {
  std::vector<T> all;
  for (const Row& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

template <class T>
struct Result {
  std::vector<T> mean, squares;
};

/// By the kernel, for cells [first, last).
template <class T>
Result<T> computed(const Problem& p, Activation activation, Gate gate, InstructionSet set, int64_t first,
                   int64_t last) {
  const std::vector<T> mean = flat<T>(p.mean), scale = flat<T>(p.scale);
  std::vector<T> noise(p.dims * p.draws);
  for (int64_t s = 0; s < p.draws; ++s)
    for (int64_t d = 0; d < p.dims; ++d) noise[d * p.draws + s] = static_cast<T>(p.noise[s][d]);
  kernels::AutoregressiveDraws<T> draws{.mean = mean.data() + first * p.dims,
                                        .scale = scale.data() + first * p.dims,
                                        .noise = noise.data(),
                                        .cells = last - first,
                                        .dims = p.dims,
                                        .draws = p.draws,
                                        .steps = {},
                                        .activation = activation,
                                        .gate = gate};
  std::vector<std::vector<T>> starts;
  for (const Problem::Step& step : p.steps) {
    kernels::AutoregressiveStep<T> packed{.layers = {}, .rows = step.rows};
    for (const Layer& layer : step.layers) {
      const std::vector<T> weight = flat<T>(layer.weight), bias(layer.bias.begin(), layer.bias.end());
      packed.layers.push_back(kernels::pack_staircase(weight.data(), bias.data(), static_cast<int64_t>(bias.size()),
                                                      static_cast<int64_t>(weight.size() / bias.size())));
    }
    if (!step.start.empty()) {
      starts.push_back(flat<T>(step.start));
      packed.start = starts.back().data() + first * static_cast<int64_t>(step.start[0].size());
    }
    draws.steps.push_back(std::move(packed));
  }
  Result<T> out{std::vector<T>(draws.cells * p.dims), std::vector<T>(draws.cells * p.dims)};
  kernels::autoregressive_moments(draws, out.mean.data(), out.squares.data(), set);
  return out;
}

/// Largest of |got - wanted| / (1 + |wanted|).
template <class T>
double error(const std::vector<T>& got, const Row& wanted) {
  double worst = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const double difference = std::abs(static_cast<double>(got[i]) - wanted[i]) / (1 + std::abs(wanted[i]));
    if (!(difference <= worst)) worst = difference;  // a NaN stays
  }
  return worst;
}

constexpr InstructionSet sets[] = {InstructionSet::best, InstructionSet::baseline};

}  // namespace

TEST_CASE("moments of draws behind autoregressive steps are those of the formulas", "[kernel][flow]") {
  struct Sizes {
    int64_t cells, dims, draws;
    std::vector<int64_t> hidden;
    bool starts;
  };
  // Numbers of draws on both sides of whole vectors and of 64; units on both sides of whole groups.
  for (const Sizes& sizes : {Sizes{3, 1, 1, {1}, false}, Sizes{2, 5, 3, {6}, true}, Sizes{3, 8, 16, {7, 12}, true},
                             Sizes{1, 20, 17, {31}, false}, Sizes{2, 33, 33, {24, 5, 18}, true},
                             Sizes{2, 16, 48, {20}, true}, Sizes{2, 30, 64, {32}, true},
                             Sizes{1, 9, 65, {10}, false}, Sizes{1, 6, 200, {13, 13}, true}}) {
    const Problem p = make(sizes.cells, sizes.dims, sizes.draws, sizes.hidden, 3, sizes.starts);
    for (const Gate gate : {Gate::sigmoid, Gate::exp}) {
      const Moments wanted = expected(p, Activation::tanh, gate);
      for (const InstructionSet set : sets) {
        INFO("dims " << sizes.dims << ", draws " << sizes.draws << ", gate " << static_cast<int>(gate) << ", set "
                     << static_cast<int>(set));
        const auto exact = computed<double>(p, Activation::tanh, gate, set, 0, p.cells);
        CHECK(error(exact.mean, wanted.mean) < 1e-12);
        CHECK(error(exact.squares, wanted.squares) < 1e-12);
        const auto single = computed<float>(p, Activation::tanh, gate, set, 0, p.cells);
        CHECK(error(single.mean, wanted.mean) < 1e-5);
        CHECK(error(single.squares, wanted.squares) < 2e-5);
      }
    }
  }
}

TEST_CASE("every activation of the steps' networks is right", "[kernel][flow]") {
  const Problem p = make(2, 12, 30, {15, 9}, 2, true);
  for (const Activation activation : {Activation::tanh, Activation::relu, Activation::elu, Activation::selu,
                                      Activation::silu, Activation::softplus, Activation::linear}) {
    const Moments wanted = expected(p, activation, Gate::sigmoid);
    for (const InstructionSet set : sets) {
      INFO("activation " << static_cast<int>(activation) << ", set " << static_cast<int>(set));
      CHECK(error(computed<double>(p, activation, Gate::sigmoid, set, 0, p.cells).mean, wanted.mean) < 1e-12);
      CHECK(error(computed<float>(p, activation, Gate::sigmoid, set, 0, p.cells).mean, wanted.mean) < 1e-5);
    }
  }
}

TEST_CASE("moments of draws do not depend on threads, nor on the other cells", "[kernel][flow]") {
  const Problem p = make(7, 19, 70, {25}, 3, true);
  const auto all = [&] { return computed<float>(p, Activation::tanh, Gate::sigmoid, InstructionSet::best, 0, 7); };
  const testing::Threads one(1);
  const Result<float> wanted = all();
  for (const int n : {2, 3, 8}) {
    const testing::Threads threads(n);
    const Result<float> result = all();
    CHECK(result.mean == wanted.mean);
    CHECK(result.squares == wanted.squares);
  }
  for (int64_t cell = 0; cell < 7; ++cell) {
    const auto alone = computed<float>(p, Activation::tanh, Gate::sigmoid, InstructionSet::best, cell, cell + 1);
    CHECK(std::equal(alone.mean.begin(), alone.mean.end(), wanted.mean.begin() + cell * 19));
    CHECK(std::equal(alone.squares.begin(), alone.squares.end(), wanted.squares.begin() + cell * 19));
  }
}

TEST_CASE("a staircase holds what is not zero, and little else", "[kernel][flow]") {
  const int64_t n = 50;
  std::vector<float> weight(n * n, 0), bias(n, 1);
  for (int64_t j = 0; j < n; ++j) std::fill_n(weight.begin() + j * n, j, 1.0f);
  const auto layer = kernels::pack_staircase(weight.data(), bias.data(), n, n);
  const double kept = static_cast<double>(std::count(layer.weights.begin(), layer.weights.end(), 1.0f));
  CHECK(kept == n * (n - 1) / 2);
  CHECK(static_cast<double>(layer.weights.size()) < 1.15 * kept);
  CHECK(static_cast<int64_t>(layer.bias.size()) == n + layer.padding);
}

TEST_CASE("steps far from the origin are finite, and what is not a number shows", "[kernel][flow]") {
  Problem p = make(3, 10, 20, {12}, 3, true);
  for (Row& row : p.mean)
    for (double& x : row) x *= 1e4;
  for (const Activation activation : {Activation::tanh, Activation::elu, Activation::softplus, Activation::silu})
    for (const InstructionSet set : sets) {
      const auto result = computed<float>(p, activation, Gate::sigmoid, set, 0, p.cells);
      for (const float x : result.mean) CHECK(std::isfinite(x));
    }
  p.mean[1][0] = std::nan("");
  const auto result = computed<float>(p, Activation::tanh, Gate::sigmoid, InstructionSet::best, 0, p.cells);
  CHECK(std::isnan(result.mean[10]));
  CHECK(std::isfinite(result.mean[0]));
  CHECK(std::isfinite(result.mean[20]));
}
