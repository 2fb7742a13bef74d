// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/bf16_product.hpp"

#include <bit>

#include "bf16_paths.hpp"
#include "scprior/parallel.hpp"

namespace scprior::kernels {
namespace {

SCPRIOR_INLINE float widened(Bf16 x) { return std::bit_cast<float>(static_cast<uint32_t>(x) << 16); }

SCPRIOR_INLINE void square_of_16(const Bf16Product& p, int64_t row, int64_t column) {
  float sum[16][16] = {};
  for (int64_t k = 0; k < p.k; k += 32) {
    const Bf16 *left = p.left + row * p.k + k * 16, *right = p.right + column * p.k + k * 16;
    for (int i = 0; i < 16; ++i)
      for (int pair = 0; pair < 16; ++pair) {
        const float even = widened(left[i * 32 + 2 * pair]), odd = widened(left[i * 32 + 2 * pair + 1]);
#pragma omp simd
        for (int j = 0; j < 16; ++j)
          sum[i][j] += even * widened(right[pair * 32 + 2 * j]) + odd * widened(right[pair * 32 + 2 * j + 1]);
      }
  }
  for (int i = 0; i < 16; ++i) {
    float* out = p.out + (row + i) * p.out_stride + column;
    for (int j = 0; j < 16; ++j) out[j] = p.add ? out[j] + sum[i][j] : sum[i][j];
  }
}

/// Exact products and float32 sums, as the processor's instructions for bfloat16.
SCPRIOR_MULTIVERSION void bf16_product_portable(const Bf16Product& p) {
  for (int64_t row = 0; row < p.m; row += 16)
    for (int64_t column = 0; column < p.n; column += 16) square_of_16(p, row, column);
}

Bf16Path fastest() {
  if (amx_is_usable()) return Bf16Path::amx;
  return avx512_bf16_is_usable() ? Bf16Path::avx512 : Bf16Path::portable;
}

}  // namespace

bool processor_has(Bf16Path path) {
  switch (path) {
    case Bf16Path::automatic: return fastest() != Bf16Path::portable;
    case Bf16Path::amx: return amx_is_usable();
    case Bf16Path::avx512: return avx512_bf16_is_usable();
    case Bf16Path::portable: return true;
  }
  return false;
}

void bf16_product(const Bf16Product& product, Bf16Path path) {
  static const Bf16Path best = fastest();
  switch (path == Bf16Path::automatic ? best : path) {
    case Bf16Path::amx: return bf16_product_amx(product);
    case Bf16Path::avx512: return bf16_product_avx512(product);
    default: return bf16_product_portable(product);
  }
}

}  // namespace scprior::kernels
