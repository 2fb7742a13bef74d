// SPDX-License-Identifier: Apache-2.0
#include "scprior/mlp.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

using namespace scprior;

TEST_CASE("an mlp is its layers, one after the other, with nothing penalised", "[mlp]") {
  const nn::Mlp network(3, 2, {.hidden = {5, 4}, .activation = "relu", .output_share = 0.5},
                        at::detail::createCPUGenerator(1));
  const auto entries = network.entries();
  REQUIRE(entries.size() == 6);
  std::vector<at::Tensor> t;
  for (const Module::Entry& entry : entries) {
    CHECK(entry.traits.trainable);
    CHECK_FALSE(entry.traits.penalised);
    t.push_back(*entry.tensor);
  }
  CHECK(entries[0].name == "hidden_0.weight");
  CHECK(entries[5].name == "output.bias");
  const at::Tensor x = at::randn({7, 2, 3}, at::detail::createCPUGenerator(2));
  const at::Tensor h = at::relu(at::linear(at::relu(at::linear(x, t[0], t[1])), t[2], t[3]));
  CHECK(at::allclose(network.forward(x), at::linear(h, t[4], t[5]), 1e-5, 1e-6));
}

TEST_CASE("an mlp's output layer starts with its share of the usual weights", "[mlp]") {
  const auto output = [](double share) {
    const nn::Mlp network(3, 4, {.hidden = {8}, .output_share = share}, at::detail::createCPUGenerator(1));
    return network.entries()[2].tensor->detach();
  };
  CHECK(at::allclose(output(0.01), 0.01 * output(1)));
  CHECK(output(0.01).ne(0).all().item<bool>());
}

TEST_CASE("an mlp of no inputs is a learned constant", "[mlp]") {
  const nn::Mlp network(0, 4, {.hidden = {8}}, at::detail::createCPUGenerator(1));
  const at::Tensor y = network.forward(at::empty({2, 3, 0}));
  CHECK(y.sizes() == at::IntArrayRef({2, 3, 4}));
  CHECK(network.parameters().size() == 1);
  CHECK(y.requires_grad());
}
