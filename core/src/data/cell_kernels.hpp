// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace scprior::core {

/// Copies n column numbers or counts into wider types.
void widen(const uint16_t* from, int64_t n, int32_t* to);
void widen(const int32_t* from, int64_t n, int32_t* to);
void widen(const uint8_t* from, int64_t n, float* to);
void widen(const uint16_t* from, int64_t n, float* to);
void widen(const float* from, int64_t n, float* to);

/// Σ values. Exact for counts, in any order, while the sum is below 2^53.
double sum_of_counts(const float* values, int64_t n);

/// out = ln(1 + factor x) for counts x >= 0, to 2 units in the last place.
void log1p_scaled(const float* counts, int64_t n, float factor, float* out);

}  // namespace scprior::core
