// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scprior/parallel.hpp"

namespace scprior::core {

/// Whole numbers above this are not exact as float32.
constexpr float largest_count = 16777216.0f;  // 2^24

/// Without branches, so that loops of it become vector code. NaN compares as not positive, and equals nothing.
SCPRIOR_INLINE bool is_count(float value) {
  const float positive = value > 0 ? value : 0;
  const float held = positive < largest_count ? positive : largest_count;
  return static_cast<float>(static_cast<int32_t>(held)) == value;
}

/// Copies n column numbers or counts into wider types.
void widen(const uint16_t* from, int64_t n, int32_t* to);
void widen(const int32_t* from, int64_t n, int32_t* to);
void widen(const uint8_t* from, int64_t n, float* to);
void widen(const uint16_t* from, int64_t n, float* to);
void widen(const float* from, int64_t n, float* to);

/// Copies n column numbers or counts into narrower types, which must hold them, or as they are.
void narrow(const int32_t* from, int64_t n, uint16_t* to);
void narrow(const int32_t* from, int64_t n, int32_t* to);
void narrow(const float* from, int64_t n, uint8_t* to);
void narrow(const float* from, int64_t n, uint16_t* to);
void narrow(const float* from, int64_t n, float* to);

/// What n values are.
struct CountRange {
  bool counts;              ///< whole numbers from 0 to 2^24, all of them
  float smallest, largest;  ///< if they are; infinity and 0 if there is no value
};
CountRange range_of_counts(const float* values, int64_t n);

/// True if all columns are in [0, n_columns).
bool columns_are_inside(const int32_t* columns, int64_t n, int64_t n_columns);

/// True if the columns of every row ascend, without repetition, inside [0, n_columns). row_ptr: [n_rows + 1].
bool rows_ascend(const int64_t* row_ptr, int64_t n_rows, const int32_t* columns, int64_t n_columns);

/// Σ values. Exact for counts, in any order, while the sum is below 2^53.
double sum_of_counts(const float* values, int64_t n);

/// out = ln(1 + factor x) for counts x >= 0, to 2 units in the last place.
void log1p_scaled(const float* counts, int64_t n, float factor, float* out);

}  // namespace scprior::core
