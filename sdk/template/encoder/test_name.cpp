// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "@name@.hpp"
#include "scprior/error.hpp"

using namespace scprior;

namespace {

constexpr int64_t n_genes = 30;

std::unique_ptr<@Name@Encoder> make(const Dims& dims) {
  auto encoder = std::make_unique<@Name@Encoder>(Options::resolve(@Name@Encoder::options(), {{"width", int64_t{8}}}));
  encoder->build(dims, at::detail::createCPUGenerator(1));
  return encoder;
}

/// Five cells, the last of them empty.
at::Tensor cells() {
  at::Tensor counts = at::poisson(at::full({5, n_genes}, 0.5), at::detail::createCPUGenerator(2));
  counts[4].zero_();
  return log_normalise(CountMatrix::from_dense(counts)).dense();
}

}  // namespace

TEST_CASE("the encoder gives what the model asked for", "[encoder]") {
  const CountMatrix x = CountMatrix::from_dense(cells());
  const Posterior all = make({.genes = n_genes, .latent = 3, .context = 6})->encode(x, {});
  CHECK(all.mean.sizes() == at::IntArrayRef({5, 3}));
  CHECK(all.log_var.sizes() == at::IntArrayRef({5, 3}));
  CHECK(all.context.sizes() == at::IntArrayRef({5, 6}));
  const Posterior point = make({.genes = n_genes, .latent = 3, .stochastic = false})->encode(x, {});
  CHECK_FALSE(point.log_var.defined());
  CHECK_FALSE(point.context.defined());
}

TEST_CASE("an empty cell is encoded as any other, and a cell does not see its neighbours", "[encoder]") {
  const auto encoder = make({.genes = n_genes, .latent = 3});
  const at::Tensor all = encoder->encode(CountMatrix::from_dense(cells()), {}).mean;
  CHECK(all.isfinite().all().item<bool>());
  for (int64_t i = 0; i < 5; ++i)
    CHECK(at::allclose(encoder->encode(CountMatrix::from_dense(cells().narrow(0, i, 1)), {}).mean[0], all[i]));
}

TEST_CASE("covariates are refused", "[encoder]") {
  CHECK_THROWS_AS(make({.genes = n_genes, .latent = 3, .batches = 2}), Error);
}
