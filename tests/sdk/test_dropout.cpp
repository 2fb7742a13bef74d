// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/dropout.hpp"

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "scprior/testing/threads.hpp"

using namespace scprior::kernels;

namespace {

at::Tensor mask(uint64_t seed, double p, int64_t n, at::ScalarType type = at::kFloat) {
  const at::Tensor out = at::full({n}, -1, type);
  if (type == at::kFloat) dropout_mask(seed, p, n, out.data_ptr<float>());
  else dropout_mask(seed, p, n, out.data_ptr<double>());
  return out;
}

}  // namespace

TEST_CASE("a dropout mask holds 0 with probability p and 1 / (1 - p) otherwise", "[kernel][dropout]") {
  constexpr int64_t n = 1'000'001;
  for (const double p : {0.0, 0.1, 0.5, 0.9}) {
    const at::Tensor drawn = mask(17, p, n), dropped = drawn == 0;
    const double share = dropped.to(at::kDouble).mean().item<double>();
    CHECK(std::abs(share - p) <= 5 * std::sqrt(p * (1 - p) / n));
    CHECK(at::allclose(drawn.masked_select(~dropped), at::full({1}, 1 / (1 - p), at::kFloat)));
    // Neighbours, of one 64-bit number or of two, are independent.
    for (const int64_t distance : {1, 2, 3}) {
      const at::Tensor both = dropped.narrow(0, 0, n - distance) & dropped.narrow(0, distance, n - distance);
      CHECK(std::abs(both.to(at::kDouble).mean().item<double>() - p * p) <= 6 * std::sqrt(p * p / n) + 1e-12);
    }
  }
}

TEST_CASE("a dropout mask depends on the seed alone", "[kernel][dropout]") {
  constexpr int64_t n = 200'003;
  const at::Tensor one = mask(5, 0.3, n);
  CHECK(one.equal(mask(5, 0.3, n)));
  CHECK_FALSE(one.equal(mask(6, 0.3, n)));
  CHECK(one.narrow(0, 0, 1001).equal(mask(5, 0.3, 1001)));
  CHECK((one == 0).equal(mask(5, 0.3, n, at::kDouble) == 0));
  CHECK(one.equal(scprior::testing::with_threads(3, [] { return mask(5, 0.3, n); })));
}

TEST_CASE("dropout masks draw SplitMix64's numbers", "[kernel][dropout]") {
  // The first number of the published algorithm for seed 1234567.
  constexpr uint64_t first = 6457827717110365317u;
  const double low = static_cast<double>(static_cast<uint32_t>(first)) / 4294967296.0;
  CHECK(mask(1234567, low + 1e-6, 2)[0].item<float>() == 0);
  CHECK(mask(1234567, low - 1e-6, 2)[0].item<float>() > 0);
}
