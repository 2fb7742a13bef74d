// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>
#include <utility>

#include "scprior/kernels/bf16_product.hpp"
#include "scprior/parallel.hpp"

namespace scprior::kernels {
namespace {

typedef uint32_t Words __attribute__((vector_size(64)));
constexpr std::make_index_sequence<16> lanes;

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

/// Every second word of `first`, then of `second`, beginning with the first or the second.
template <int begin, size_t... i>
SCPRIOR_INLINE Words every_second(Words first, Words second, std::index_sequence<i...>) {
  return __builtin_shufflevector(first, second, (2 * i + begin)...);
}

/// [16 source rows, 16 pairs of neighbours in the row].
SCPRIOR_INLINE void neighbours(const Source& source, int64_t row, int64_t column, Block& block) {
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    const Words first = rounded(source.row(row + i, column)), second = rounded(source.row(row + i, column + 16));
    block.words[i] = every_second<0>(first, second, lanes) | every_second<1>(first, second, lanes) << 16;
  }
}

/// [16 pairs of source rows, 16 source columns].
SCPRIOR_INLINE void stacked(const Source& source, int64_t row, int64_t column, Block& block) {
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    block.words[i] = rounded(source.row(row + 2 * i, column)) | rounded(source.row(row + 2 * i + 1, column)) << 16;
}

/// Runs of `distance` words, by turns of `first` and of `second`, from the places `begin`, begin + 2 distance, ...
template <int distance, int begin, size_t... i>
SCPRIOR_INLINE Words by_turns(Words first, Words second, std::index_sequence<i...>) {
  return __builtin_shufflevector(first, second, (begin + (i & distance ? 16 + i - distance : i))...);
}

template <int distance>
SCPRIOR_INLINE void exchange(const Block& from, Block& to) {
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    if (i & distance) continue;
    const Words first = from.words[i], second = from.words[i + distance];
    to.words[i] = by_turns<distance, 0>(first, second, lanes);
    to.words[i + distance] = by_turns<distance, distance>(first, second, lanes);
  }
}

/// Squares of 1, 2, 4, then 8 words change places across the diagonal.
SCPRIOR_INLINE void transpose(Block& block) {
  Block other;
  exchange<1>(block, other);
  exchange<2>(other, block);
  exchange<4>(block, other);
  exchange<8>(other, block);
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
