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

/// Which numbers become pairs: neighbours in a row of the source, or in a column.
enum class Pairs { in_rows, in_columns };

/// Blocks along K, for 16 rows of a left or 16 columns of a right operand after another.
template <Pairs pairs, bool transposed>
SCPRIOR_INLINE void pack(const Source& source, int64_t padded_outer, int64_t padded_k, Bf16* out) {
  Block block;
  for (int64_t outer = 0; outer < padded_outer; outer += 16) {
    for (int64_t k = 0; k < padded_k; k += 32, out += 512) {
      if constexpr (pairs == Pairs::in_rows) neighbours(source, outer, k, block);
      else stacked(source, k, outer, block);
      if constexpr (transposed) transpose(block);
      std::memcpy(out, &block, sizeof block);
    }
  }
}

SCPRIOR_MULTIVERSION void left_of(const Source& source, int64_t m, int64_t k, Bf16* left) {
  pack<Pairs::in_rows, false>(source, m, k, left);
}
SCPRIOR_MULTIVERSION void left_of_transposed(const Source& source, int64_t m, int64_t k, Bf16* left) {
  pack<Pairs::in_columns, true>(source, m, k, left);
}
SCPRIOR_MULTIVERSION void right_of(const Source& source, int64_t n, int64_t k, Bf16* right) {
  pack<Pairs::in_columns, false>(source, n, k, right);
}
SCPRIOR_MULTIVERSION void right_of_transposed(const Source& source, int64_t n, int64_t k, Bf16* right) {
  pack<Pairs::in_rows, true>(source, n, k, right);
}

}  // namespace

void pack_left(const float* source, int64_t stride, int64_t m, int64_t k, Bf16* left) {
  left_of({source, stride, m, k}, bf16_padded(m), bf16_padded(k), left);
}
void pack_left_transposed(const float* source, int64_t stride, int64_t m, int64_t k, Bf16* left) {
  left_of_transposed({source, stride, k, m}, bf16_padded(m), bf16_padded(k), left);
}
void pack_right(const float* source, int64_t stride, int64_t k, int64_t n, Bf16* right) {
  right_of({source, stride, k, n}, bf16_padded(n), bf16_padded(k), right);
}
void pack_right_transposed(const float* source, int64_t stride, int64_t k, int64_t n, Bf16* right) {
  right_of_transposed({source, stride, n, k}, bf16_padded(n), bf16_padded(k), right);
}

}  // namespace scprior::kernels
