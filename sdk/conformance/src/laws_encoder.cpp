// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>

#include "scprior/conformance/evaluate.hpp"
#include "scprior/encoder.hpp"

namespace scprior::conformance {
namespace {

constexpr int64_t context_width = 5;

Dims with_context() {
  Dims dims = small_dims();
  dims.context = context_width;
  return dims;
}

/// An encoder with random parameters, whose running statistics (if any) have seen some cells.
std::unique_ptr<Encoder> used_encoder(const Dims& dims = with_context()) {
  auto encoder = ready_as<Encoder>(1, at::kDouble, dims);
  perturb(*encoder, 2);
  encoder->train(generator(3));
  for (int step = 0; step < 3; ++step)
    encoder->encode(cells(20, dims.genes, 10 + step, at::kDouble).normalised, {});
  encoder->eval();
  return encoder;
}

CountMatrix some_cells(int64_t n) { return cells(n, small_dims().genes, 4, at::kDouble).normalised; }

/// One cell with `count` counts in gene 2, none elsewhere, as encoders see it.
CountMatrix cell_with(double count) {
  at::Tensor x = at::zeros({1, small_dims().genes}, at::kDouble);
  x.select(1, 2).fill_(count);
  return log_normalise(CountMatrix::from_dense(x));
}

std::vector<std::pair<std::string, at::Tensor>> parts(const Posterior& posterior) {
  return {{"mean", posterior.mean}, {"log_var", posterior.log_var}, {"context", posterior.context}};
}

void check_equal(const Posterior& a, const Posterior& b, double tolerance) {
  for (size_t i = 0; i < 3; ++i) {
    INFO(parts(a)[i].first);
    CHECK(largest_difference(parts(a)[i].second, parts(b)[i].second) <= tolerance);
  }
}

TEST_CASE("encoder: mean and log_var have shape [B, D], context [B, H]", "[encoder]") {
  const auto encoder = used_encoder();
  const int64_t latent = small_dims().latent;
  for (const int64_t n : {1, 2, 37}) {
    const Posterior posterior = encoder->encode(some_cells(n), {});
    INFO("B = " << n);
    CHECK(shape_text(posterior.mean) == concat("[", n, ", ", latent, "]"));
    CHECK(shape_text(posterior.log_var) == concat("[", n, ", ", latent, "]"));
    CHECK(shape_text(posterior.context) == concat("[", n, ", ", context_width, "]"));
  }
}

TEST_CASE("encoder: context is given if and only if it was asked for", "[encoder]") {
  CHECK(used_encoder()->encode(some_cells(3), {}).context.defined());
  CHECK_FALSE(used_encoder(small_dims())->encode(some_cells(3), {}).context.defined());
}

TEST_CASE("encoder: log_var is given if and only if the posterior is stochastic", "[encoder]") {
  CHECK(used_encoder()->encode(some_cells(3), {}).log_var.defined());
  Dims dims = small_dims();
  dims.stochastic = false;
  CHECK_FALSE(used_encoder(dims)->encode(some_cells(3), {}).log_var.defined());
}

TEST_CASE("encoder: in evaluation a cell's posterior does not depend on the other cells", "[encoder]") {
  const auto encoder = used_encoder();
  const at::Tensor x = some_cells(6).dense(), order = at::randperm(6, generator(5), at::TensorOptions(at::kLong));
  const Posterior all = encoder->encode(CountMatrix::from_dense(x), {});
  const Posterior shuffled = encoder->encode(CountMatrix::from_dense(x.index_select(0, order)), {});
  const Posterior one = encoder->encode(CountMatrix::from_dense(x.narrow(0, 2, 1)), {});
  const auto pick = [&](const at::Tensor& rows) {
    return Posterior{all.mean.index_select(0, rows), all.log_var.index_select(0, rows),
                     all.context.index_select(0, rows)};
  };
  check_equal(pick(order), shuffled, 1e-9);
  check_equal(pick(at::full({1}, 2, at::kLong)), one, 1e-9);
}

TEST_CASE("encoder: in evaluation the same cells have the same posterior", "[encoder]") {
  const auto encoder = used_encoder();
  check_equal(encoder->encode(some_cells(6), {}), encoder->encode(some_cells(6), {}), 0);
}

TEST_CASE("encoder: sparse and dense input give the same posterior", "[encoder]") {
  const auto encoder = used_encoder();
  const CountMatrix sparse = some_cells(7);
  REQUIRE(sparse.is_sparse());
  check_equal(encoder->encode(sparse, {}), encoder->encode(CountMatrix::from_dense(sparse.dense()), {}), 1e-9);
}

TEST_CASE("encoder: cells that differ have posteriors that differ", "[encoder]") {
  const at::Tensor mean = used_encoder()->encode(some_cells(2), {}).mean;
  CHECK(largest_difference(mean[0], mean[1]) > 0);
}

TEST_CASE("encoder: an empty cell has a finite posterior", "[encoder]") {
  const auto encoder = used_encoder();
  at::Tensor x = some_cells(3).dense().clone();
  x.select(0, 1).zero_();
  for (const auto& [name, tensor] : parts(encoder->encode(CountMatrix::from_dense(x), {}))) {
    INFO(name);
    CHECK(all_finite(tensor));
  }
  const Csr nothing{at::zeros({3}, at::kLong), at::empty({0}, at::kInt), at::empty({0}, at::kDouble),
                    small_dims().genes};
  CHECK(all_finite(encoder->encode(CountMatrix::from_csr(nothing), {}).mean));
}

TEST_CASE("encoder: a cell with a million counts in one gene has a finite posterior", "[encoder]") {
  for (const auto& [name, tensor] : parts(used_encoder()->encode(cell_with(1e6), {}))) {
    INFO(name);
    CHECK(all_finite(tensor));
  }
}

TEST_CASE("encoder: a training step on a batch of one cell is finite", "[encoder]") {
  const auto encoder = used_encoder();
  encoder->train(generator(6));
  const Posterior posterior = encoder->encode(some_cells(1), {});
  CHECK(all_finite(posterior.mean));
  CHECK(all_finite(posterior.log_var));
}

TEST_CASE("encoder: gradients with respect to parameters and dense input are right", "[encoder]") {
  const auto encoder = used_encoder();
  at::Tensor x = some_cells(3).dense().detach().clone();
  x.add_(0.1).set_requires_grad(true);
  const auto value = [&] {
    const Posterior posterior = encoder->encode(CountMatrix::from_dense(x), {});
    return at::cat({posterior.mean, posterior.log_var, posterior.context}, 1);
  };
  CHECK(gradient_problem(value, x, 7) == "");
  for (const Module::Entry& entry : encoder->entries()) {
    if (!entry.traits.trainable) continue;
    INFO(entry.name);
    CHECK(gradient_problem(value, *entry.tensor, 8) == "");
  }
}

TEST_CASE("encoder: gradients reach the values of sparse input", "[encoder]") {
  const auto encoder = used_encoder();
  const CountMatrix cells_ = some_cells(4);
  at::Tensor values = cells_.csr().values.detach().clone().set_requires_grad(true);
  const auto value = [&] { return encoder->encode(cells_.with_values(values), {}).mean; };
  CHECK(gradient_problem(value, values, 9) == "");
}

TEST_CASE("encoder: another number of genes is refused", "[encoder]") {
  const auto encoder = used_encoder();
  const at::Tensor x = at::ones({2, small_dims().genes + 1}, at::kDouble);
  CHECK(refusal([&] { encoder->encode(CountMatrix::from_dense(x), {}); }, true) != "");
}

TEST_CASE("encoder: covariates are refused when built, or used", "[encoder]") {
  Dims dims = with_context();
  dims.batches = 2;
  std::unique_ptr<Encoder> encoder;
  if (refusal([&] { encoder = ready_as<Encoder>(1, at::kDouble, dims); }) != "") {
    SUCCEED("refused");
    return;
  }
  const CountMatrix x = some_cells(1);
  const auto mean_of = [&](int64_t batch) { return encoder->encode(x, {at::full({1}, batch, at::kLong), {}}).mean; };
  CHECK(largest_difference(mean_of(0), mean_of(1)) > 0);
  CHECK(refusal([&] { mean_of(7); }) != "");
}

}  // namespace
}  // namespace scprior::conformance
