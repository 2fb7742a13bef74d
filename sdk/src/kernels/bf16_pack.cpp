// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>

#include "scprior/kernels/bf16_product.hpp"
#include "scprior/parallel.hpp"

namespace scprior::kernels {
namespace {

typedef uint32_t Words __attribute__((vector_size(64)));

/// float32 bits -> bfloat16 bits in the lower half. A NaN stays one.
SCPRIOR_INLINE Words rounded(Words bits) {
  const Words nearest = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  return (bits & 0x7fffffffu) > 0x7f800000u ? (bits >> 16) | 0x40u : nearest;
}

struct Source {
  const float* at;
  int64_t stride, rows, columns;

  /// 16 numbers of a row; 0 beyond the end.
  SCPRIOR_INLINE Words row(int64_t row, int64_t column) const {
    Words bits = {};
    if (row >= rows || column >= columns) return bits;
    const float* from = at + row * stride + column;
    if (column + 16 <= columns) {
      std::memcpy(&bits, from, sizeof bits);
    } else {
      for (int64_t i = 0; column + i < columns; ++i) bits[i] = std::bit_cast<uint32_t>(from[i]);
    }
    return bits;
  }
};

struct Block {
  Words words[16];  // each a pair of bfloat16
};

/// [16 source rows, 16 pairs of neighbours in the row].
SCPRIOR_INLINE void neighbours(const Source& source, int64_t row, int64_t column, Block& block) {
  constexpr Words even = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30}, odd = even + 1u;
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    const Words first = rounded(source.row(row + i, column)), second = rounded(source.row(row + i, column + 16));
    block.words[i] = __builtin_shuffle(first, second, even) | __builtin_shuffle(first, second, odd) << 16;
  }
}

/// [16 pairs of source rows, 16 source columns].
SCPRIOR_INLINE void stacked(const Source& source, int64_t row, int64_t column, Block& block) {
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    block.words[i] = rounded(source.row(row + 2 * i, column)) | rounded(source.row(row + 2 * i + 1, column)) << 16;
}

template <int distance>
SCPRIOR_INLINE void exchange(const Block& from, Block& to, Words low, Words high) {
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    if (i & distance) continue;
    to.words[i] = __builtin_shuffle(from.words[i], from.words[i + distance], low);
    to.words[i + distance] = __builtin_shuffle(from.words[i], from.words[i + distance], high);
  }
}

/// Squares of 1, 2, 4, then 8 words change places across the diagonal.
SCPRIOR_INLINE void transpose(Block& block) {
  constexpr Words low_1 = {0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30};
  constexpr Words low_2 = {0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29};
  constexpr Words low_4 = {0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27};
  constexpr Words low_8 = {0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23};
  Block other;
  exchange<1>(block, other, low_1, low_1 + 1u);
  exchange<2>(other, block, low_2, low_2 + 2u);
  exchange<4>(block, other, low_4, low_4 + 4u);
  exchange<8>(other, block, low_8, low_8 + 8u);
}

template <bool transposed>
SCPRIOR_INLINE void left_blocks(const Source& source, int64_t padded_m, int64_t padded_k, Bf16* left) {
  Block block;
  for (int64_t m = 0; m < padded_m; m += 16) {
    for (int64_t k = 0; k < padded_k; k += 32, left += 512) {
      if constexpr (transposed) {
        stacked(source, k, m, block);
        transpose(block);
      } else {
        neighbours(source, m, k, block);
      }
      std::memcpy(left, &block, sizeof block);
    }
  }
}

template <bool transposed>
SCPRIOR_INLINE void right_blocks(const Source& source, int64_t padded_k, int64_t padded_n, Bf16* right) {
  Block block;
  for (int64_t n = 0; n < padded_n; n += 16) {
    for (int64_t k = 0; k < padded_k; k += 32, right += 512) {
      if constexpr (transposed) {
        neighbours(source, n, k, block);
        transpose(block);
      } else {
        stacked(source, k, n, block);
      }
      std::memcpy(right, &block, sizeof block);
    }
  }
}

SCPRIOR_MULTIVERSION void left_of(const Source& source, int64_t m, int64_t k, Bf16* left) {
  left_blocks<false>(source, m, k, left);
}
SCPRIOR_MULTIVERSION void left_of_transposed(const Source& source, int64_t m, int64_t k, Bf16* left) {
  left_blocks<true>(source, m, k, left);
}
SCPRIOR_MULTIVERSION void right_of(const Source& source, int64_t k, int64_t n, Bf16* right) {
  right_blocks<false>(source, k, n, right);
}
SCPRIOR_MULTIVERSION void right_of_transposed(const Source& source, int64_t k, int64_t n, Bf16* right) {
  right_blocks<true>(source, k, n, right);
}

}  // namespace

void pack_left(const float* source, int64_t stride, int64_t m, int64_t k, Bf16* left) {
  left_of({source, stride, m, k}, bf16_padded(m), bf16_padded(k), left);
}
void pack_left_transposed(const float* source, int64_t stride, int64_t m, int64_t k, Bf16* left) {
  left_of_transposed({source, stride, k, m}, bf16_padded(m), bf16_padded(k), left);
}
void pack_right(const float* source, int64_t stride, int64_t k, int64_t n, Bf16* right) {
  right_of({source, stride, k, n}, bf16_padded(k), bf16_padded(n), right);
}
void pack_right_transposed(const float* source, int64_t stride, int64_t k, int64_t n, Bf16* right) {
  right_of_transposed({source, stride, n, k}, bf16_padded(k), bf16_padded(n), right);
}

}  // namespace scprior::kernels
