// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "@name@.hpp"
#include "scprior/error.hpp"

using namespace scprior;

namespace {

std::unique_ptr<@Name@Decoder> make(const Dims& dims) {
  auto decoder = std::make_unique<@Name@Decoder>(Options::resolve(@Name@Decoder::options(), {{"width", int64_t{8}}}));
  decoder->build(dims, at::detail::createCPUGenerator(1));
  return decoder;
}

}  // namespace

TEST_CASE("the hidden layer is tanh(W z + b), for every sample and cell", "[decoder]") {
  const auto decoder = make({.genes = 30, .latent = 3});
  const at::Tensor z = at::randn({2, 5, 3}, at::detail::createCPUGenerator(2));
  const at::Tensor weight = *decoder->entries().at(0).tensor, bias = *decoder->entries().at(1).tensor;
  const at::Tensor h = decoder->decode(z, {});
  CHECK(decoder->hidden_width() == 8);
  CHECK(h.sizes() == at::IntArrayRef({2, 5, 8}));
  CHECK(at::allclose(h, at::tanh(at::einsum("sbd,hd->sbh", {z, weight}) + bias), 1e-5, 1e-6));
}

TEST_CASE("covariates and points of another width are refused", "[decoder]") {
  CHECK_THROWS_AS(make({.genes = 30, .latent = 3, .batches = 2}), Error);
  CHECK_THROWS_AS(make({.genes = 30, .latent = 3})->decode(at::zeros({1, 1, 2}), {}), Error);
}
