// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "scprior/error.hpp"
#include "scprior/nn.hpp"
#include "scprior/pseudo_inputs.hpp"

using namespace scprior;

namespace {

constexpr int64_t n_components = 5, n_genes = 12;

/// Counts of 5 cells; one of them is empty.
at::Tensor some_counts() {
  const at::Tensor x =
      at::empty({n_components, n_genes}, at::kDouble).uniform_(-6, 5, at::detail::createCPUGenerator(21));
  const at::Tensor counts = x.relu().ceil();
  counts[2].zero_();
  return counts;
}

CountMatrix sparse_of(const at::Tensor& dense) {
  const at::Tensor row_ptr = at::cat({at::zeros({1}, at::kLong), (dense != 0).sum(1).cumsum(0)});
  return CountMatrix::from_csr({row_ptr, dense.nonzero().select(1, 1).to(at::kInt).contiguous(),
                                dense.masked_select(dense != 0), dense.size(1)});
}

CellBatch cells(bool sparse) {
  CellBatch batch;
  batch.counts = sparse ? sparse_of(some_counts()) : CountMatrix::from_dense(some_counts());
  batch.normalised = log_normalise(batch.counts);
  return batch;
}

std::unique_ptr<PseudoInputs> make(PseudoSpace space, PseudoInit init, PseudoMap map, uint64_t seed = 1) {
  auto inputs = std::make_unique<PseudoInputs>(PseudoInputOptions{n_components, space, init, map});
  inputs->build(n_genes, at::detail::createCPUGenerator(seed));
  inputs->to(at::kDouble);
  return inputs;
}

at::Tensor* entry(const Module& module, const std::string& name) {
  for (const Module::Entry& candidate : module.entries())
    if (candidate.name == name) return candidate.tensor;
  FAIL("no tensor called " << name);
  return nullptr;
}

}  // namespace

TEST_CASE("pseudo-inputs start as the given cells, sparse or dense", "[prior][vamp]") {
  for (const bool sparse : {true, false}) {
    const CellBatch batch = cells(sparse);
    for (const PseudoSpace space : {PseudoSpace::log1p, PseudoSpace::counts}) {
      const auto inputs = make(space, PseudoInit::cells, PseudoMap::clamp);
      REQUIRE_FALSE(inputs->ready());
      inputs->start_from(batch);
      REQUIRE(inputs->ready());
      const CountMatrix u = inputs->normalised();
      REQUIRE(u.is_sparse());
      REQUIRE(at::allclose(u.dense(), batch.normalised.dense(), 1e-14, 1e-14));
      REQUIRE(entry(*inputs, "values")->size(0) == (some_counts() > 0).sum().item<int64_t>());
    }
    const auto identity = make(PseudoSpace::log1p, PseudoInit::cells, PseudoMap::identity);
    identity->start_from(batch);
    REQUIRE(at::equal(identity->normalised().dense(), batch.normalised.dense()));
    const auto softplus = make(PseudoSpace::log1p, PseudoInit::cells, PseudoMap::softplus);
    softplus->start_from(batch);
    const at::Tensor difference = softplus->normalised().dense() - batch.normalised.dense();
    REQUIRE(difference.min().item<double>() > -1e-12);
    REQUIRE(difference.max().item<double>() < 0.0068);
  }
}

TEST_CASE("sparse clamped pseudo-inputs equal a dense clamp in value and gradients", "[prior][vamp]") {
  const CellBatch batch = cells(true);
  const auto inputs = make(PseudoSpace::log1p, PseudoInit::cells, PseudoMap::clamp);
  inputs->start_from(batch);
  at::Tensor& values = *entry(*inputs, "values");
  {
    const at::NoGradGuard no_grad;
    values[0].fill_(-0.3);  // as an optimiser may leave them: below 0, and exactly 0
    values[3].fill_(0);
  }
  // The reference: a dense parameter that agrees with the sparse one at its support and is 0 elsewhere.
  at::Tensor dense;
  {
    const at::NoGradGuard no_grad;
    dense = batch.normalised.with_values(values.detach()).dense().clone();
  }
  dense.set_requires_grad(true);

  nn::EncoderTrunk trunk(n_genes, {7, 4}, {}, false, at::detail::createCPUGenerator(2));
  trunk.to(at::kDouble);
  const at::Tensor upstream =
      at::empty({n_components, 4}, at::kDouble).normal_(0, 1, at::detail::createCPUGenerator(3));
  const auto weight_gradients = [&] {
    std::vector<at::Tensor> out;
    for (at::Tensor& parameter : trunk.parameters()) {
      out.push_back(parameter.grad().clone());
      parameter.mutable_grad().reset();
    }
    return out;
  };
  const at::Tensor sparse_h = trunk.forward(inputs->normalised());
  sparse_h.backward(upstream);
  const auto sparse_weights = weight_gradients();
  const at::Tensor dense_h = trunk.forward(CountMatrix::from_dense(at::relu(dense)));
  dense_h.backward(upstream);
  const auto dense_weights = weight_gradients();

  REQUIRE(at::allclose(sparse_h, dense_h, 1e-13, 1e-13));
  const at::Tensor support = batch.normalised.dense() > 0;
  REQUIRE(at::allclose(values.grad(), dense.grad().masked_select(support), 1e-12, 1e-13));
  REQUIRE(dense.grad().masked_select(~support).abs().sum().item<double>() == 0);  // the support never grows
  REQUIRE(values.grad()[0].item<double>() == 0);
  REQUIRE(values.grad()[3].item<double>() == 0);
  for (size_t i = 0; i < dense_weights.size(); ++i)
    REQUIRE(at::allclose(sparse_weights[i], dense_weights[i], 1e-12, 1e-13));
}

TEST_CASE("the transposed pattern is computed once for all steps", "[prior][vamp]") {
  const auto inputs = make(PseudoSpace::counts, PseudoInit::cells, PseudoMap::clamp);
  inputs->start_from(cells(true));
  const CountMatrix first = inputs->normalised(), second = inputs->normalised();
  REQUIRE(first.by_columns().rows.is_same(second.by_columns().rows));
  inputs->to(at::kFloat);
  REQUIRE(inputs->normalised().scalar_type() == at::kFloat);
}

TEST_CASE("gradients of pseudo-counts are finite, also where a pseudo-cell is empty", "[prior][vamp]") {
  for (const PseudoMap map : {PseudoMap::clamp, PseudoMap::softplus}) {
    const auto inputs = make(PseudoSpace::counts, PseudoInit::cells, map);
    inputs->start_from(cells(true));
    if (map == PseudoMap::clamp) {  // empty the first pseudo-cell as well
      const at::NoGradGuard no_grad;
      const int64_t end = (*entry(*inputs, "row_ptr"))[1].item<int64_t>();
      entry(*inputs, "values")->narrow(0, 0, end).fill_(-1);
    }
    const CountMatrix u = inputs->normalised();
    REQUIRE(at::isfinite(u.dense()).all().item<bool>());
    (u.dense() * at::linspace(1, 2, n_genes, at::TensorOptions(at::kDouble))).sum().backward();
    const at::Tensor gradient = inputs->parameters()[0].grad();
    REQUIRE(at::isfinite(gradient).all().item<bool>());
    REQUIRE(gradient.abs().max().item<double>() > 0);
  }
}

TEST_CASE("sfaira's constant start draws from the given generator only", "[prior][vamp]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const auto inputs = make(PseudoSpace::log1p, PseudoInit::constant, PseudoMap::hard_sigmoid, 5);
  REQUIRE(inputs->ready());
  const at::Tensor u = inputs->normalised().dense();
  REQUIRE(
      at::equal(u, make(PseudoSpace::log1p, PseudoInit::constant, PseudoMap::hard_sigmoid, 5)->normalised().dense()));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
  REQUIRE((u - 0.49).abs().max().item<double>() < 0.2 * 0.01 * 5);
  REQUIRE(u.std().item<double>() > 0.2 * 0.01 * 0.5);
}

TEST_CASE("combinations that could not be learned are refused", "[prior][vamp]") {
  REQUIRE_THROWS_AS(make(PseudoSpace::log1p, PseudoInit::constant, PseudoMap::clamp), Error);
  REQUIRE_THROWS_AS(make(PseudoSpace::log1p, PseudoInit::cells, PseudoMap::hard_sigmoid), Error);
  REQUIRE_THROWS_AS(make(PseudoSpace::counts, PseudoInit::constant, PseudoMap::identity), Error);
}

TEST_CASE("pseudo-inputs refuse other cells than asked for and damaged tensors", "[prior][vamp]") {
  const auto inputs = make(PseudoSpace::log1p, PseudoInit::cells, PseudoMap::clamp);
  CellBatch few = cells(false);
  few.normalised = CountMatrix::from_dense(few.normalised.dense().narrow(0, 0, 3));
  REQUIRE_THROWS_AS(inputs->start_from(few), Error);
  inputs->start_from(cells(true));
  REQUIRE_NOTHROW(inputs->loaded());
  at::Tensor& columns = *entry(*inputs, "columns");
  const at::Tensor good = columns.clone();
  columns[0].fill_(n_genes);
  REQUIRE_THROWS_AS(inputs->loaded(), Error);
  columns = good;
  REQUIRE_NOTHROW(inputs->loaded());
  at::Tensor& row_ptr = *entry(*inputs, "row_ptr");
  row_ptr[1].fill_(1000);
  REQUIRE_THROWS_AS(inputs->loaded(), Error);
}
