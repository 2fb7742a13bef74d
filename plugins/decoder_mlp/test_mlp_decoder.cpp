// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

#include "mlp_decoder.hpp"
#include "scprior/error.hpp"

using namespace scprior;

namespace {

at::Generator generator() { return at::detail::createCPUGenerator(3); }

MlpDecoder small_decoder() {
  return MlpDecoder(Options::resolve(MlpDecoder::options(), {{"hidden", std::vector<int64_t>{8, 16}}}));
}

}  // namespace

TEST_CASE("the mlp decoder keeps samples and cells apart", "[decoder][mlp]") {
  MlpDecoder decoder = small_decoder();
  decoder.build({.genes = 30, .latent = 5}, generator());
  CHECK(decoder.hidden_width() == 16);
  const at::Tensor z = at::randn({3, 4, 5}, generator(), at::TensorOptions(at::kFloat));
  const at::Tensor h = decoder.decode(z, {});
  REQUIRE(h.sizes() == at::IntArrayRef{3, 4, 16});
  const at::Tensor one = decoder.decode(z.slice(0, 1, 2).slice(1, 2, 3), {});
  CHECK(at::allclose(h[1][2], one[0][0], 1e-5, 1e-6));
}

TEST_CASE("a training batch of one draw stays finite", "[decoder][mlp]") {
  MlpDecoder decoder = small_decoder();
  decoder.build({.genes = 30, .latent = 5}, generator());
  decoder.train(generator());
  CHECK(decoder.decode(at::ones({1, 1, 5}), {}).isfinite().all().item<bool>());
  for (const auto& entry : decoder.entries()) CHECK(entry.tensor->isfinite().all().item<bool>());
}

TEST_CASE("an mlp decoder without hidden layers is refused with the way out", "[decoder][mlp]") {
  CHECK_THROWS_AS(MlpDecoder(Options::resolve(MlpDecoder::options(), {{"hidden", std::vector<int64_t>{}}})), Error);
}
