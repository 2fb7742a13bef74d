// SPDX-License-Identifier: Apache-2.0
#include "bf16_paths.hpp"

#if SCPRIOR_X86_BF16
#include <immintrin.h>

#include <cstring>
#endif

namespace scprior::kernels {

#if SCPRIOR_X86_BF16

namespace {

// 8 rows by 32 columns of sums stay in 16 registers; a pair of the left operand is broadcast to 16 columns.
constexpr int rows_at_once = 8;

__attribute__((target("avx512f,avx512bf16"))) inline __m512bh pairs(const Bf16* from) {
  return reinterpret_cast<__m512bh>(_mm512_loadu_si512(from));
}

__attribute__((target("avx512f,avx512bf16"))) inline __m512bh broadcast_pair(const Bf16* from) {
  int32_t pair;
  std::memcpy(&pair, from, sizeof pair);
  return reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
}

__attribute__((target("avx512f,avx512bf16"))) void rectangle(const Bf16Product& p, int64_t row, int64_t column) {
  __m512 sum[rows_at_once][2];
  float* out = p.out + row * p.out_stride + column;
  for (int i = 0; i < rows_at_once; ++i)
    for (int j = 0; j < 2; ++j)
      sum[i][j] = p.add ? _mm512_loadu_ps(out + i * p.out_stride + 16 * j) : _mm512_setzero_ps();
  const int64_t blocks_along_k = p.k * 16;
  const Bf16 *left = p.left + (row / 16) * blocks_along_k + (row % 16) * 32, *right = p.right + column * p.k;
  for (int64_t block = 0; block < blocks_along_k; block += 512) {
    for (int pair = 0; pair < 16; ++pair) {
      const __m512bh right_0 = pairs(right + block + pair * 32);
      const __m512bh right_1 = pairs(right + blocks_along_k + block + pair * 32);
#pragma GCC unroll 8
      for (int i = 0; i < rows_at_once; ++i) {
        const __m512bh left_i = broadcast_pair(left + block + i * 32 + pair * 2);
        sum[i][0] = _mm512_dpbf16_ps(sum[i][0], left_i, right_0);
        sum[i][1] = _mm512_dpbf16_ps(sum[i][1], left_i, right_1);
      }
    }
  }
  for (int i = 0; i < rows_at_once; ++i)
    for (int j = 0; j < 2; ++j) _mm512_storeu_ps(out + i * p.out_stride + 16 * j, sum[i][j]);
}

}  // namespace

bool avx512_bf16_is_usable() { return __builtin_cpu_supports("avx512bf16") != 0; }

void bf16_product_avx512(const Bf16Product& p) {
  for (int64_t column = 0; column < p.n; column += bf16_block)
    for (int64_t row = 0; row < p.m; row += rows_at_once) rectangle(p, row, column);
}

#else

bool avx512_bf16_is_usable() { return false; }
void bf16_product_avx512(const Bf16Product&) {}

#endif

}  // namespace scprior::kernels
