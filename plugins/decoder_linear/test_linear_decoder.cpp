// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

#include "linear_decoder.hpp"

TEST_CASE("the linear decoder hands z to the output layer and has no parameters", "[decoder][linear]") {
  scprior::LinearDecoder decoder;
  decoder.build({.genes = 30, .latent = 5}, at::detail::createCPUGenerator(3));
  const at::Tensor z = at::arange(30, at::kFloat).view({2, 3, 5});
  CHECK(decoder.decode(z, {}).equal(z));
  CHECK(decoder.hidden_width() == 5);
  CHECK(decoder.entries().empty());
}
