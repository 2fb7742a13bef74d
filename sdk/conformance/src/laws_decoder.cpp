// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>

#include "scprior/conformance/evaluate.hpp"
#include "scprior/decoder.hpp"

namespace scprior::conformance {
namespace {

/// A decoder with random parameters, whose running statistics (if any) have seen some cells.
std::unique_ptr<Decoder> used_decoder() {
  auto decoder = ready_as<Decoder>(1);
  perturb(*decoder, 2);
  decoder->train(generator(3));
  for (int step = 0; step < 3; ++step) decoder->decode(normal({1, 20, small_dims().latent}, 10 + step), {});
  decoder->eval();
  return decoder;
}

at::Tensor some_latent(int64_t samples, int64_t n) { return normal({samples, n, small_dims().latent}, 4); }

TEST_CASE("decoder: h has shape [S, B, hidden_width()]", "[decoder]") {
  const auto decoder = used_decoder();
  REQUIRE(decoder->hidden_width() >= 1);
  for (const int64_t samples : {1, 3})
    for (const int64_t n : {1, 5})
      CHECK(shape_text(decoder->decode(some_latent(samples, n), {})) ==
            concat("[", samples, ", ", n, ", ", decoder->hidden_width(), "]"));
}

TEST_CASE("decoder: in evaluation samples and cells do not depend on each other", "[decoder]") {
  const auto decoder = used_decoder();
  const at::Tensor z = some_latent(3, 5), h = decoder->decode(z, {});
  for (const int64_t sample : {0, 2}) {
    for (const int64_t cell : {0, 4}) {
      INFO("sample " << sample << ", cell " << cell);
      const at::Tensor alone = decoder->decode(z.narrow(0, sample, 1).narrow(1, cell, 1), {});
      CHECK(largest_difference(h.narrow(0, sample, 1).narrow(1, cell, 1), alone) <= 1e-9);
    }
  }
}

TEST_CASE("decoder: in evaluation the same z gives the same h", "[decoder]") {
  const auto decoder = used_decoder();
  CHECK(same_bits(decoder->decode(some_latent(2, 5), {}), decoder->decode(some_latent(2, 5), {})));
}

TEST_CASE("decoder: h depends on z", "[decoder]") {
  const at::Tensor h = used_decoder()->decode(some_latent(1, 2), {});
  CHECK(largest_difference(h[0][0], h[0][1]) > 0);
}

TEST_CASE("decoder: h is finite far from the origin", "[decoder]") {
  const auto decoder = used_decoder();
  for (const double distance : {10.0, 1000.0}) CHECK(all_finite(decoder->decode(some_latent(2, 5) * distance, {})));
}

TEST_CASE("decoder: a training step on a batch of one cell is finite", "[decoder]") {
  const auto decoder = used_decoder();
  decoder->train(generator(5));
  CHECK(all_finite(decoder->decode(some_latent(1, 1), {})));
}

TEST_CASE("decoder: gradients with respect to z and parameters are right", "[decoder]") {
  const auto decoder = used_decoder();
  at::Tensor z = some_latent(2, 3);
  z.set_requires_grad(true);
  const auto value = [&] { return decoder->decode(z, {}); };
  CHECK(gradient_problem(value, z, 6) == "");
  for (const Module::Entry& entry : decoder->entries()) {
    if (!entry.traits.trainable) continue;
    INFO(entry.name);
    CHECK(gradient_problem(value, *entry.tensor, 7) == "");
  }
}

TEST_CASE("decoder: covariates are refused when built, or used", "[decoder]") {
  Dims dims = small_dims();
  dims.batches = 2;
  std::unique_ptr<Decoder> decoder;
  if (refusal([&] { decoder = ready_as<Decoder>(1, at::kDouble, dims); }) != "") {
    SUCCEED("refused");
    return;
  }
  const at::Tensor z = some_latent(1, 1);
  const auto h_of = [&](int64_t batch) { return decoder->decode(z, {at::full({1}, batch, at::kLong), {}}); };
  CHECK(largest_difference(h_of(0), h_of(1)) > 0);
  CHECK(refusal([&] { h_of(7); }) != "");
}

}  // namespace
}  // namespace scprior::conformance
