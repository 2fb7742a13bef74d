// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "scprior/core/model.hpp"
#include "scprior/count_likelihood.hpp"
#include "scprior/testing/threads.hpp"
#include "scprior/training_scope.hpp"
#include "tools.hpp"

using namespace scprior;

namespace {

constexpr int64_t samples = 2;

struct Size {
  int64_t genes, hidden, cells;
};
constexpr Size odd = {2150, 40, 21};      // some whole tiles of genes and a rest; nothing fits blocks of 32
constexpr Size wide = {34000, 32, 5};     // more tiles than are summed apart
constexpr Size many_rows = {300, 64, 150};  // more rows than are evaluated at once without gradients

struct Kind {
  const char* name;
  std::map<std::string, OptionValue> options;
};

std::vector<Kind> kinds() {
  const std::string cell = "gene-cell", gene = "gene", one = "constant";
  return {{"nb", {{"dispersion", cell}}},
          {"nb", {{"dispersion", gene}}},
          {"nb", {{"dispersion", one}}},
          {"zinb", {{"dispersion", cell}, {"inflation", cell}}},
          {"zinb", {{"dispersion", gene}, {"inflation", gene}}},
          {"poisson", {}}};
}

/// A likelihood with random weights, counts, and what a step asks of them.
struct Problem {
  std::unique_ptr<Likelihood> likelihood;
  CountMatrix counts;
  at::Tensor h, library, upstream;  // upstream [S, B]: gradient of the loss by log_prob

  Problem(const Kind& kind, at::ScalarType type, Size size = odd) {
    const auto [genes, hidden, cells] = size;
    const core::ComponentChoice choice = test::choose(SCPRIOR_KIND_LIKELIHOOD, kind.name, kind.options);
    likelihood = test::shipped_plugins().create<Likelihood>(choice.type, choice.options);
    likelihood->build({.genes = genes, .hidden = hidden}, core::make_generator(1, at::kCPU));
    likelihood->to(type);
    const at::Generator draws = core::make_generator(2, at::kCPU);
    {
      const at::NoGradGuard no_grad;
      for (at::Tensor& parameter : likelihood->parameters())
        parameter.copy_(at::empty(parameter.sizes(), at::kDouble).uniform_(-0.5, 0.5, draws));
    }
    at::Tensor x = at::poisson(at::full({cells, genes}, 0.2, at::kDouble), draws);
    x[3].zero_();
    x[4][7] = 300;
    counts = sparse(x.to(type));
    library = x.sum(1).to(type);
    h = at::empty({samples, cells, hidden}, at::kDouble).normal_(0, 1, draws).to(type).set_requires_grad(true);
    upstream = at::empty({samples, cells}, at::kDouble).uniform_(-1, 0, draws).to(type);
  }

  static CountMatrix sparse(const at::Tensor& dense) {
    const at::Tensor row_ptr = at::cat({at::zeros({1}, at::kLong), (dense != 0).sum(1).cumsum(0)});
    return CountMatrix::from_csr({row_ptr, dense.nonzero().select(1, 1).to(at::kInt).contiguous(),
                                  dense.masked_select(dense != 0), dense.size(1)});
  }

  at::Tensor log_prob() { return likelihood->log_prob(counts, h, library, {}); }
  at::Tensor plain_log_prob() {
    return dynamic_cast<CountLikelihood&>(*likelihood).composite(counts, h, library);
  }

  /// The gradients of h and of the parameters, which are forgotten. Undefined: none came as a tensor.
  std::vector<at::Tensor> gradients(const at::Tensor& log_prob) {
    log_prob.backward(upstream);
    std::vector<at::Tensor> out = {h.grad()};
    h.mutable_grad().reset();
    for (at::Tensor& parameter : likelihood->parameters()) {
      out.push_back(parameter.grad());
      parameter.mutable_grad().reset();
    }
    return out;
  }
};

/// What an optimiser would add up.
at::Tensor sum_of_rows(const RowGradients::List& list, at::IntArrayRef shape) {
  const at::Tensor out = at::zeros(shape, at::kFloat);
  for (const auto& gradient : list)
    for (int64_t first = 0; first < shape[0]; first += RowGradient::block_rows)
      gradient->add(first, std::min(first + RowGradient::block_rows, shape[0]), out[first].data_ptr<float>());
  return out;
}

double relative_error(const at::Tensor& got, const at::Tensor& wanted) {
  const at::Tensor exact = wanted.to(at::kDouble);
  return ((got.to(at::kDouble) - exact).norm() / exact.norm()).item<double>();
}

}  // namespace

TEST_CASE("the output layer by tiles of genes equals plain tensor operations", "[output]") {
  const Size size = GENERATE(odd, wide, many_rows);
  for (const Kind& kind : kinds()) {
    INFO(kind.name << ", genes: " << size.genes);
    for (const bool equal_weights : {true, false}) {
      Problem problem(kind, at::kDouble, size);
      if (equal_weights) problem.upstream.fill_(-1.0 / (samples * size.cells));
      const at::Tensor fused = problem.log_prob(), plain = problem.plain_log_prob();
      CHECK(at::allclose(fused, plain, 1e-10, 1e-10));
      const auto got = problem.gradients(fused), wanted = problem.gradients(plain);
      REQUIRE(got.size() == wanted.size());
      for (size_t i = 0; i < got.size(); ++i) CHECK(at::allclose(got[i], wanted[i], 1e-9, 1e-10));
      const at::NoGradGuard no_grad;
      CHECK(at::allclose(problem.log_prob(), plain, 1e-10, 1e-10));
    }
  }
}

TEST_CASE("gradients of the output weights by rows are those of the tensor", "[output]") {
  const Precision precision = GENERATE(Precision::float32, Precision::bf16);
  const Size size = GENERATE(odd, many_rows);
  for (const Kind& kind : kinds()) {
    INFO(kind.name);
    Problem problem(kind, at::kFloat, size);
    RowGradients none;
    std::vector<at::Tensor> whole;
    {
      const TrainingScope scope(precision, none);
      whole = problem.gradients(problem.log_prob());
    }
    RowGradients rows;
    for (const at::Tensor& parameter : problem.likelihood->parameters())
      if (parameter.dim() == 2) rows.accept(parameter);
    const TrainingScope scope(precision, rows);
    const auto rest = problem.gradients(problem.log_prob());
    const auto parameters = problem.likelihood->parameters();
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor& parameter = parameters[i];
      if (parameter.dim() == 2) {
        CHECK_FALSE(rest[i + 1].defined());
        REQUIRE(rows.of(parameter).size() == 1);
        CHECK(sum_of_rows(rows.of(parameter), parameter.sizes()).equal(whole[i + 1]));
      } else {
        CHECK(rest[i + 1].equal(whole[i + 1]));
      }
    }
    rows.clear();
    CHECK(rows.of(parameters[0]).empty());
  }
}

TEST_CASE("bf16 products change values and gradients by rounding only", "[output][bf16]") {
  for (const Kind& kind : kinds()) {
    INFO(kind.name);
    Problem problem(kind, at::kFloat), exact(kind, at::kDouble);
    RowGradients none;
    const TrainingScope scope(Precision::bf16, none);
    const at::Tensor rounded = problem.log_prob(), wanted = exact.plain_log_prob();
    CHECK(relative_error(rounded, wanted) < 1e-3);
    CHECK_FALSE(rounded.to(at::kDouble).equal(problem.plain_log_prob().to(at::kDouble)));
    const auto got = problem.gradients(rounded), right = exact.gradients(wanted);
    for (size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], right[i]) < 0.02);
    const at::NoGradGuard no_grad;
    CHECK(relative_error(problem.log_prob(), wanted) < 1e-3);
  }
}

TEST_CASE("the output layer's results do not depend on the number of threads", "[output]") {
  const Precision precision = GENERATE(Precision::float32, Precision::bf16);
  for (const Kind& kind : kinds()) {
    Problem problem(kind, at::kFloat);
    RowGradients none;
    const TrainingScope scope(precision, none);
    const auto run = [&] {
      const at::Tensor value = problem.log_prob();
      auto all = problem.gradients(value);
      all.push_back(value.detach());
      return all;
    };
    const auto one = testing::with_threads(1, run), three = testing::with_threads(3, run);
    for (size_t i = 0; i < one.size(); ++i) {
      CAPTURE(kind.name, i, precision == Precision::bf16);
      CHECK(one[i].equal(three[i]));
    }
  }
}

TEST_CASE("each backward pass gives rows of its own", "[output]") {
  Problem problem(kinds().front(), at::kFloat);
  const at::Tensor weight = problem.likelihood->parameters().front();
  const at::Tensor once = problem.gradients(problem.log_prob())[1];
  RowGradients rows;
  rows.accept(weight);
  const TrainingScope scope(Precision::float32, rows);
  const at::Tensor value = problem.log_prob();
  value.backward(problem.upstream, /*retain_graph=*/true);
  value.backward(2 * problem.upstream);
  REQUIRE(rows.of(weight).size() == 2);
  CHECK(relative_error(sum_of_rows(rows.of(weight), weight.sizes()), 3 * once) < 1e-5);
}

TEST_CASE("columns that do not ascend are refused", "[output]") {
  Problem problem(kinds().front(), at::kFloat);
  const Csr& csr = problem.counts.csr();
  const at::Tensor columns = csr.columns.clone();
  columns[1] = 2000;  // followed by smaller ones
  problem.counts = CountMatrix::from_csr({csr.row_ptr, columns, csr.values, csr.n_columns});
  CHECK_THROWS_AS(problem.log_prob(), Error);
}

TEST_CASE("a training scope ends where it ends, and may lie in another", "[output]") {
  CHECK(TrainingScope::precision() == Precision::float32);
  const at::Tensor weight = at::zeros({4, 2}), other = at::zeros({4, 2});
  CHECK(TrainingScope::takes_rows_of(weight) == nullptr);
  RowGradients outer, inner;
  outer.accept(weight);
  {
    const TrainingScope scope(Precision::bf16, outer);
    CHECK(TrainingScope::takes_rows_of(weight) == &outer);
    CHECK(TrainingScope::takes_rows_of(other) == nullptr);
    {
      const TrainingScope nested(Precision::float32, inner);
      CHECK(TrainingScope::precision() == Precision::float32);
      CHECK(TrainingScope::takes_rows_of(weight) == nullptr);
    }
    CHECK(TrainingScope::precision() == Precision::bf16);
  }
  CHECK(TrainingScope::takes_rows_of(weight) == nullptr);
  CHECK_THROWS_AS(inner.give(weight, nullptr), Error);
  CHECK_THROWS_AS(inner.accept(at::zeros({4})), Error);
  CHECK_THROWS_AS(inner.accept(at::zeros({4, 2}, at::kDouble)), Error);
}

TEST_CASE("memory for a gradient stays from step to step, and is shared by none", "[output]") {
  const at::Tensor weight = at::zeros({4, 2});
  RowGradients rows;
  CHECK_THROWS_AS(rows.memory(weight, {2}, at::kFloat), Error);
  rows.accept(weight);
  const auto place_of = [&](at::IntArrayRef shape, at::ScalarType type) {
    const at::Tensor tensor = rows.memory(weight, shape, type);
    CHECK(tensor.sizes() == shape);
    CHECK(tensor.scalar_type() == type);
    CHECK(tensor.is_contiguous());
    rows.clear();
    return tensor.data_ptr();
  };
  const void* const place = place_of({20, 30}, at::kFloat);
  CHECK(place_of({20, 30}, at::kFloat) == place);
  CHECK(place_of({7, 2, 2}, at::kBFloat16) == place);
  place_of({70, 60}, at::kFloat);  // more than there was

  const at::Tensor first = rows.memory(weight, {20, 30}, at::kFloat);
  const at::Tensor second = rows.memory(weight, {20, 30}, at::kFloat);
  first.fill_(1);
  second.fill_(2);
  CHECK(first.eq(1).all().item<bool>());
}
