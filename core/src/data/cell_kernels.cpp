// SPDX-License-Identifier: Apache-2.0
#include "data/cell_kernels.hpp"

#include <limits>

#include "log_mantissa.hpp"

namespace scprior::core {
namespace {

template <class From, class To>
SCPRIOR_INLINE void convert(const From* from, int64_t n, To* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<To>(from[i]);
}

/// ln(1 + x), x >= 0 and finite. What rounding 1 + x lost comes back through the derivative.
SCPRIOR_INLINE float log1p_positive(float x) {
  const float u = 1.0f + x;
  const auto [e, t, p] = log_mantissa(u);
  const float lost = (x - (u - 1.0f)) / u;
  const float t2 = t * t;
  return t + (p * t2 * t - 0.5f * t2 + (lost - 2.12194440e-4f * e)) + 0.693359375f * e;  // the two parts of ln 2
}

}  // namespace

SCPRIOR_MULTIVERSION void widen_columns(const uint16_t* from, int64_t n, int32_t* to) {
  convert(from, n, to);
}
SCPRIOR_MULTIVERSION void widen_bytes(const uint8_t* from, int64_t n, float* to) {
  convert(from, n, to);
}
SCPRIOR_MULTIVERSION void widen_shorts(const uint16_t* from, int64_t n, float* to) {
  convert(from, n, to);
}

void widen(const uint16_t* from, int64_t n, int32_t* to) {
  widen_columns(from, n, to);
}
void widen(const uint8_t* from, int64_t n, float* to) {
  widen_bytes(from, n, to);
}
void widen(const uint16_t* from, int64_t n, float* to) {
  widen_shorts(from, n, to);
}
void widen(const int32_t* from, int64_t n, int32_t* to) {
  convert(from, n, to);
}
void widen(const float* from, int64_t n, float* to) {
  convert(from, n, to);
}

SCPRIOR_MULTIVERSION void narrow_columns(const int32_t* from, int64_t n, uint16_t* to) {
  convert(from, n, to);
}
// Through 32 bits, for which there are vector instructions.
SCPRIOR_MULTIVERSION void narrow_to_bytes(const float* from, int64_t n, uint8_t* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<uint8_t>(static_cast<int32_t>(from[i]));
}
SCPRIOR_MULTIVERSION void narrow_to_shorts(const float* from, int64_t n, uint16_t* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<uint16_t>(static_cast<int32_t>(from[i]));
}

void narrow(const int32_t* from, int64_t n, uint16_t* to) {
  narrow_columns(from, n, to);
}
void narrow(const int32_t* from, int64_t n, int32_t* to) {
  convert(from, n, to);
}
void narrow(const float* from, int64_t n, uint8_t* to) {
  narrow_to_bytes(from, n, to);
}
void narrow(const float* from, int64_t n, uint16_t* to) {
  narrow_to_shorts(from, n, to);
}
void narrow(const float* from, int64_t n, float* to) {
  convert(from, n, to);
}

SCPRIOR_MULTIVERSION CountRange range_of_counts(const float* values, int64_t n) {
  int32_t counts = 1;  // as wide as the values, for vector code
  float smallest = std::numeric_limits<float>::infinity(), largest = 0;
#pragma omp simd reduction(& : counts) reduction(min : smallest) reduction(max : largest)
  for (int64_t i = 0; i < n; ++i) {
    const float value = values[i];
    counts &= is_count(value);
    smallest = value < smallest ? value : smallest;
    largest = value > largest ? value : largest;
  }
  return {counts != 0, smallest, largest};
}

SCPRIOR_MULTIVERSION bool columns_are_inside(const int32_t* columns, int64_t n, int64_t n_columns) {
  uint32_t largest = 0;  // a negative column is larger than any other
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < n; ++i)
    largest = static_cast<uint32_t>(columns[i]) > largest ? static_cast<uint32_t>(columns[i]) : largest;
  return n == 0 || static_cast<int64_t>(largest) < n_columns;
}

SCPRIOR_MULTIVERSION bool rows_ascend(const int64_t* row_ptr, int64_t n_rows, const int32_t* columns,
                                      int64_t n_columns) {
  int32_t ascend = 1;
  for (int64_t row = 0; row < n_rows; ++row) {
    const int64_t begin = row_ptr[row], end = row_ptr[row + 1];
    if (begin == end) continue;
    ascend &= columns[begin] >= 0 && columns[end - 1] < n_columns;
#pragma omp simd reduction(& : ascend)
    for (int64_t i = begin + 1; i < end; ++i) ascend &= columns[i] > columns[i - 1];
  }
  return ascend != 0;
}

SCPRIOR_MULTIVERSION double sum_of_counts(const float* values, int64_t n) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += static_cast<double>(values[i]);
  return sum;
}

SCPRIOR_MULTIVERSION void log1p_scaled(const float* counts, int64_t n, float factor, float* out) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) out[i] = log1p_positive(counts[i] * factor);
}

}  // namespace scprior::core
