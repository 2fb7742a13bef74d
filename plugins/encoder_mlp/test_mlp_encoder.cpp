// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

#include "mlp_encoder.hpp"
#include "scprior/error.hpp"

using namespace scprior;

namespace {

MlpEncoder small_encoder(std::map<std::string, OptionValue> given) {
  given.try_emplace("hidden", std::vector<int64_t>{16, 8});
  return MlpEncoder(Options::resolve(MlpEncoder::options(), given));
}

constexpr Dims dims{.genes = 30, .latent = 5, .context = 3};

at::Generator generator() { return at::detail::createCPUGenerator(3); }

CountMatrix random_input(int64_t cells) {
  return CountMatrix::from_dense(at::rand({cells, 30}, generator(), at::TensorOptions(at::kFloat)));
}

}  // namespace

TEST_CASE("the mlp encoder gives what was asked for", "[encoder][mlp]") {
  MlpEncoder encoder = small_encoder({});
  encoder.build(dims, generator());
  const Posterior posterior = encoder.encode(random_input(4), {});
  CHECK(posterior.mean.sizes() == at::IntArrayRef{4, 5});
  CHECK(posterior.log_var.sizes() == at::IntArrayRef{4, 5});
  CHECK(posterior.context.sizes() == at::IntArrayRef{4, 3});

  MlpEncoder deterministic = small_encoder({});
  deterministic.build({.genes = 30, .latent = 5, .stochastic = false}, generator());
  const Posterior point = deterministic.encode(random_input(4), {});
  CHECK_FALSE(point.log_var.defined());
  CHECK_FALSE(point.context.defined());
}

TEST_CASE("in evaluation a cell's posterior does not depend on the other cells", "[encoder][mlp]") {
  MlpEncoder encoder = small_encoder({});
  encoder.build(dims, generator());
  encoder.train(generator());
  encoder.encode(random_input(20), {});  // moves the running statistics
  encoder.eval();
  const CountMatrix cells = random_input(6);
  const at::Tensor all = encoder.encode(cells, {}).mean;
  const at::Tensor one = encoder.encode(CountMatrix::from_dense(cells.dense().slice(0, 2, 3)), {}).mean;
  CHECK(at::allclose(all[2], one[0], 1e-5, 1e-6));
}

TEST_CASE("only kernels of hidden layers are penalised", "[encoder][mlp]") {
  MlpEncoder encoder = small_encoder({});
  encoder.build(dims, generator());
  std::vector<std::string> penalised;
  for (const auto& entry : encoder.entries())
    if (entry.traits.penalised) penalised.push_back(entry.name);
  CHECK(penalised == std::vector<std::string>{"trunk.input.weight", "trunk.rest.linear_0.weight"});
}

TEST_CASE("training noise comes from the given generator alone", "[encoder][mlp]") {
  MlpEncoder encoder = small_encoder({{"batch_norm", false}});
  encoder.build(dims, generator());
  const at::Tensor global_before = at::detail::getDefaultCPUGenerator().get_state();
  encoder.train(generator());
  const at::Tensor first = encoder.encode(random_input(4), {}).mean;
  const at::Tensor other = encoder.encode(random_input(4), {}).mean;
  encoder.train(generator());
  const at::Tensor again = encoder.encode(random_input(4), {}).mean;
  CHECK(first.equal(again));
  CHECK_FALSE(first.equal(other));
  CHECK(global_before.equal(at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("the log-variance is clipped only where asked for", "[encoder][mlp]") {
  MlpEncoder encoder = small_encoder({{"log_var_bound", 1e-3}});
  encoder.build(dims, generator());
  CHECK(encoder.encode(random_input(9), {}).log_var.abs().max().item<float>() <= 1e-3f);
}

TEST_CASE("plain_last leaves BatchNorm out of the layer before the bottleneck", "[encoder][mlp]") {
  MlpEncoder encoder = small_encoder({{"plain_last", true}});
  encoder.build(dims, generator());
  for (const auto& entry : encoder.entries()) CHECK(entry.name.find("rest.block_0") == std::string::npos);
}

TEST_CASE("an mlp encoder without hidden layers and one with covariates are refused", "[encoder][mlp]") {
  CHECK_THROWS_AS(small_encoder({{"hidden", std::vector<int64_t>{}}}), Error);
  MlpEncoder encoder = small_encoder({});
  CHECK_THROWS_AS(encoder.build({.genes = 30, .latent = 5, .batches = 2}, generator()), Error);
}
