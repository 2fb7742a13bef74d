// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/bf16_product.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace scprior::kernels;

namespace {

at::Tensor random(int64_t rows, int64_t columns, uint64_t seed) {
  return at::randn({rows, columns}, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kFloat));
}

/// LibTorch's rounding, in double.
at::Tensor rounded(const at::Tensor& x) { return x.to(at::kBFloat16).to(at::kDouble); }

enum class Stored { straight, transposed };

std::vector<Bf16> left_of(const at::Tensor& x, Stored how) {
  std::vector<Bf16> out(bf16_padded(x.size(0)) * bf16_padded(x.size(1)), 0xffff);
  const at::Tensor source = how == Stored::straight ? x.contiguous() : x.t().contiguous();
  const auto pack = how == Stored::straight ? pack_left : pack_left_transposed;
  pack(source.data_ptr<float>(), source.size(1), x.size(0), x.size(1), out.data());
  return out;
}

std::vector<Bf16> right_of(const at::Tensor& x, Stored how) {
  std::vector<Bf16> out(bf16_padded(x.size(0)) * bf16_padded(x.size(1)), 0xffff);
  const at::Tensor source = how == Stored::straight ? x.contiguous() : x.t().contiguous();
  const auto pack = how == Stored::straight ? pack_right : pack_right_transposed;
  pack(source.data_ptr<float>(), source.size(1), x.size(0), x.size(1), out.data());
  return out;
}

/// a [m, k] · b [k, n] through packed operands; `out` starts as `before` and is padded.
at::Tensor product(const at::Tensor& a, Stored how_a, const at::Tensor& b, Stored how_b, Bf16Path path,
                   double before = std::nan(""), bool add = false) {
  const std::vector<Bf16> left = left_of(a, how_a), right = right_of(b, how_b);
  const int64_t m = bf16_padded(a.size(0)), n = bf16_padded(b.size(1)), stride = n + 3;
  const at::Tensor out = at::full({m, stride}, before, at::kFloat);
  bf16_product({m, n, bf16_padded(a.size(1)), left.data(), right.data(), out.data_ptr<float>(), stride, add}, path);
  const at::Tensor beyond = out.narrow(1, n, 3);
  CHECK((std::isnan(before) ? beyond.isnan().all() : (beyond == before).all()).item<bool>());
  return out.narrow(0, 0, a.size(0)).narrow(1, 0, b.size(1)).to(at::kDouble);
}

bool close(const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, 1e-5, 1e-5); }

}  // namespace

TEST_CASE("products of bfloat16 equal exact products of rounded operands, on every path", "[kernel][bf16]") {
  const Bf16Path path = GENERATE(Bf16Path::amx, Bf16Path::avx512, Bf16Path::portable, Bf16Path::automatic);
  if (path != Bf16Path::automatic && !processor_has(path)) {
    WARN("a path for which this processor has no instructions is not tested");
    return;
  }
  const std::vector<std::array<int64_t, 3>> sizes = {{32, 32, 32}, {64, 96, 512}, {1, 1, 1}, {37, 50, 77}};
  for (const auto& [m, n, k] : sizes) {
    const at::Tensor a = random(m, k, 1), b = random(k, n, 2), exact = rounded(a).mm(rounded(b));
    for (const Stored how_a : {Stored::straight, Stored::transposed})
      for (const Stored how_b : {Stored::straight, Stored::transposed})
        CHECK(close(product(a, how_a, b, how_b, path), exact));
    CHECK(close(product(a, Stored::straight, b, Stored::straight, path, 0.5, true), exact + 0.5));
  }
}

TEST_CASE("operands are rounded to nearest even, and what is not finite stays so", "[kernel][bf16]") {
  const float big = std::numeric_limits<float>::max(), infinite = std::numeric_limits<float>::infinity();
  // 1 + 2^-8 lies half-way between 1 and 1 + 2^-7: to even; 1 + 3 · 2^-8 half-way to 1 + 2^-6.
  const std::vector<float> values = {1.00390625f, 1.01171875f, -1.00390625f, 0.0f, -0.0f, big, infinite, -infinite};
  for (const float value : values) {
    const at::Tensor x = at::full({1, 1}, value);
    const Bf16 got = left_of(x, Stored::straight)[0];
    const c10::BFloat16 wanted = x.to(at::kBFloat16).item<c10::BFloat16>();
    CHECK(got == wanted.x);
  }
  const at::Tensor nan = at::full({1, 1}, std::nan(""));
  CHECK(product(nan, Stored::straight, at::ones({1, 1}), Stored::straight, Bf16Path::automatic).isnan().item<bool>());
}

TEST_CASE("what a packed operand is padded with is 0", "[kernel][bf16]") {
  const at::Tensor x = random(5, 7, 3);
  for (const std::vector<Bf16>& packed : {left_of(x, Stored::straight), left_of(x, Stored::transposed),
                                          right_of(x, Stored::straight), right_of(x, Stored::transposed)})
    CHECK(std::count(packed.begin(), packed.end(), Bf16(0)) == 32 * 32 - 5 * 7);
}
