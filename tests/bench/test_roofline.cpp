// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "roofline.hpp"

using namespace scprior::bench;
using Catch::Matchers::WithinRel;

namespace {

// 195 and 405 GFLOP/s, 78 GB/s: rates of the machine for which the limits below were computed by hand, before this
// program was written.
constexpr Rates rates{195e9, 405e9, 78e9};

double cells_per_second(const Network& network, bool bf16) {
  return static_cast<double>(network.batch) / seconds_at_limit(work_of(network, bf16), rates, bf16);
}

Network vae(int64_t batch) { return {.batch = batch}; }
Network autoencoder(int64_t batch) { return {.batch = batch, .posterior_heads = 1}; }
Network iaf(int64_t batch) { return {.batch = batch, .posterior_heads = 3, .flow_steps = 5}; }

}  // namespace

TEST_CASE("the roofline gives the limits that were computed for another machine", "[roofline]") {
  const double close = 0.015;
  CHECK_THAT(cells_per_second(autoencoder(128), false), WithinRel(2548.0, close));
  CHECK_THAT(cells_per_second(vae(128), false), WithinRel(2541.0, close));
  CHECK_THAT(cells_per_second(iaf(128), false), WithinRel(2473.0, close));
  CHECK_THAT(cells_per_second(autoencoder(128), true), WithinRel(4287.0, close));
  CHECK_THAT(cells_per_second(vae(128), true), WithinRel(4269.0, close));
  CHECK_THAT(cells_per_second(iaf(128), true), WithinRel(4079.0, close));
  CHECK_THAT(cells_per_second(vae(512), false), WithinRel(2810.0, close));
  CHECK_THAT(cells_per_second(iaf(512), false), WithinRel(2731.0, close));
  CHECK_THAT(cells_per_second(vae(512), true), WithinRel(5168.0, close));
  CHECK_THAT(cells_per_second(iaf(512), true), WithinRel(4907.0, close));
}

TEST_CASE("the output layer's work is counted by hand", "[roofline]") {
  const Network tiny{.batch = 2, .genes = 5, .nonzeros_per_cell = 3, .outer = 4, .inner = 3, .latent = 2};
  const Work work = work_of(tiny, false);
  CHECK(work.output_flops == 3 * 2 * 2 * 5 * 4);
  // Small layers: 4*3 + 2 heads of 3*2 + 2*3 + 3*4 = 42 weights; first layer: 2 products of 2 cells, 3 entries, 4 wide.
  CHECK(work.other_flops == 3 * 2 * 2 * 42 + 2 * 2 * 2 * 3 * 4);
  // 5*4 twice, a bias and a dispersion for each gene, and the small layers.
  CHECK(work.bytes == 24 * (5 * 4 * 2 + 2 * 5 + 42));
  CHECK(work_of(tiny, true).bytes == work.bytes + 4 * 5 * 4);
}

TEST_CASE("a second head doubles the output layer, pseudo-inputs add their entries", "[roofline]") {
  Network network = vae(128);
  const Work one = work_of(network, false);
  network.output_heads = 2;
  CHECK(work_of(network, false).output_flops == 2 * one.output_flops);
  network.output_heads = 1;
  network.pseudo_inputs = 500;
  const Work mixture = work_of(network, false);
  CHECK(mixture.output_flops == one.output_flops);
  CHECK(mixture.bytes - one.bytes == 24.0 * 500 * 1400);
  CHECK(mixture.other_flops > one.other_flops + 6.0 * 500 * 1400 * 512);
}
