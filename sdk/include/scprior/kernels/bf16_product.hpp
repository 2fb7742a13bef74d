// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scprior/api.hpp"

// Products of bfloat16 matrices with float32 sums. Operands are packed, once for many products, into blocks of 1 KiB as
// the processor's matrix registers take them, and padded with zeros to whole blocks.
//
// Limit: AMX does 16 · 16 · 32 multiply-adds in 16 cycles, and loads a block in 8: used twice each, as here, blocks are
// loaded as fast as they are multiplied. AVX512-BF16 does a sixteenth of that.

namespace scprior::kernels {

/// The upper half of a float32, rounded to nearest even.
using Bf16 = uint16_t;

/// Sizes of packed operands are multiples of this.
inline constexpr int64_t bf16_block = 32;
constexpr int64_t bf16_padded(int64_t n) { return (n + bf16_block - 1) / bf16_block * bf16_block; }

enum class Bf16Path { automatic, amx, avx512, portable };

/// True if `path` runs on this processor; automatic: if it multiplies bfloat16 itself. Only then are these products
/// faster than those of float32.
SCPRIOR_API bool processor_has(Bf16Path path);

// A left operand [M, K] consists of blocks of 16 rows by 32 columns, a right operand [K, N] of blocks of 32 by 16 whose
// rows stand in pairs: (k, n) beside (k + 1, n). Blocks follow one another along K.
// The packers take a float matrix with rows `stride` apart.

/// left of source [m, k]; left: padded(m) · padded(k) numbers.
SCPRIOR_API void pack_left(const float* source, int64_t stride, int64_t m, int64_t k, Bf16* left);
/// left of the transpose of source [k, m].
SCPRIOR_API void pack_left_transposed(const float* source, int64_t stride, int64_t m, int64_t k, Bf16* left);
/// right of source [k, n]; right: padded(k) · padded(n) numbers.
SCPRIOR_API void pack_right(const float* source, int64_t stride, int64_t k, int64_t n, Bf16* right);
/// right of the transpose of source [n, k].
SCPRIOR_API void pack_right_transposed(const float* source, int64_t stride, int64_t k, int64_t n, Bf16* right);

struct Bf16Product {
  int64_t m, n, k;    ///< multiples of bf16_block
  const Bf16* left;   ///< [M, K]
  const Bf16* right;  ///< [K, N]
  float* out;         ///< [M, N], rows out_stride apart
  int64_t out_stride;
  bool add;           ///< out += instead of out =
};

/// out (+)= left · right, on the calling thread. The order in which an element is summed depends on K alone.
/// Domain: `path` must run on this processor.
SCPRIOR_API void bf16_product(const Bf16Product& product, Bf16Path path = Bf16Path::automatic);

}  // namespace scprior::kernels
