// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include "scprior/parallel.hpp"

// Elementary functions without branches and calls, for loops under `#pragma omp simd`; float and double.
// A NaN stays NaN.

namespace scprior::kernels {

template <class T>
struct Format;

template <>
struct Format<float> {
  using Bits = uint32_t;
  static constexpr int mantissa = 23;
  static constexpr Bits one = 0x3f800000u, root_half = 0x3f3504f3u, integer = 0x4b000000u;
  static constexpr float integer_value = 8388608.0f;  // 2^23: its last place is 1
  static constexpr float rounder = 12582912.0f;       // 1.5 · 2^23: adding it rounds to a whole number
  static constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
};

template <>
struct Format<double> {
  using Bits = uint64_t;
  static constexpr int mantissa = 52;
  static constexpr Bits one = 0x3ff0000000000000u, root_half = 0x3fe6a09e667f3bcdu, integer = 0x4330000000000000u;
  static constexpr double integer_value = 4503599627370496.0;
  static constexpr double rounder = 6755399441055744.0;
  static constexpr double ln2_high = 6.93145751953125e-1, ln2_low = 1.42860682030941723212e-6;
};

/// c0 + c1 x + c2 x² + ...
template <class T>
SCPRIOR_INLINE T polynomial(T, T last) {
  return last;
}
template <class T, class... Rest>
SCPRIOR_INLINE T polynomial(T x, T first, Rest... rest) {
  return first + x * polynomial(x, rest...);
}

/// x limited to [low, high].
template <class T>
SCPRIOR_INLINE T limited(T x, T low, T high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

/// exp(x), one or two units in the last place. Domain: |x| <= 86 (float), 700 (double).
template <class T>
SCPRIOR_INLINE T exponential(T x) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  const T shifted = x * T(1.44269504088896340736) + F::rounder;
  const T n = shifted - F::rounder;
  const T r = x - n * F::ln2_high - n * F::ln2_low;  // |r| <= ln(2) / 2
  T p;
  if constexpr (sizeof(T) == 4) {
    p = polynomial(r, T(1), T(1), T(1.0 / 2), T(1.0 / 6), T(1.0 / 24), T(1.0 / 120), T(1.0 / 720), T(1.0 / 5040));
  } else {
    p = polynomial(r, T(1), T(1), T(1.0 / 2), T(1.0 / 6), T(1.0 / 24), T(1.0 / 120), T(1.0 / 720), T(1.0 / 5040),
                      T(1.0 / 40320), T(1.0 / 362880), T(1.0 / 3628800), T(1.0 / 39916800), T(1.0 / 479001600),
                      T(1.0 / 6227020800));
  }
  const Bits exponent = std::bit_cast<Bits>(shifted) << F::mantissa;  // n · 2^mantissa, modulo the word
  return p * std::bit_cast<T>(exponent + F::one);
}

template <class T>
struct Exponential {
  T value;      // e^x
  T minus_one;  // e^x - 1
};

/// exp(x) and exp(x) - 1, the latter without cancellation: with e^x = 2^n (1 + p), e^x - 1 = 2^n p + (2^n - 1).
/// Domain: as exponential.
template <class T>
SCPRIOR_INLINE Exponential<T> exponential_minus_one(T x) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  const T shifted = x * T(1.44269504088896340736) + F::rounder;
  const T n = shifted - F::rounder;
  const T r = x - n * F::ln2_high - n * F::ln2_low;
  T p;
  if constexpr (sizeof(T) == 4) {
    p = r * polynomial(r, T(1), T(1.0 / 2), T(1.0 / 6), T(1.0 / 24), T(1.0 / 120), T(1.0 / 720), T(1.0 / 5040));
  } else {
    p = r * polynomial(r, T(1), T(1.0 / 2), T(1.0 / 6), T(1.0 / 24), T(1.0 / 120), T(1.0 / 720), T(1.0 / 5040),
                          T(1.0 / 40320), T(1.0 / 362880), T(1.0 / 3628800), T(1.0 / 39916800), T(1.0 / 479001600),
                          T(1.0 / 6227020800));
  }
  const Bits exponent = std::bit_cast<Bits>(shifted) << F::mantissa;
  const T scale = std::bit_cast<T>(exponent + F::one);
  return {scale + scale * p, scale * p + (scale - T(1))};
}

template <class T>
struct LogOnePlus {
  T value;       // ln(1 + t)
  T excess;      // ln(1 + t) - t / (1 + t)
  T reciprocal;  // 1 / (1 + t)
};

/// ln(1 + t), its excess over t / (1 + t) without cancellation for small t, and 1 / (1 + t), with one division.
///
///     1 + t = 2^e (1 + d),  s = d / (2 + d),  ln(1 + d) = 2 atanh(s) = 2 (s + s³/3 + s⁵/5 + ...)
///     e = 0:  t / (1 + t) = 2 s / (1 + s),  excess = 2 (s² / (1 + s) + s³/3 + ...)
///             1 / (1 + s) = (1 + t/2) / (1 + t)
///
/// What 1 + t loses by rounding is added to d. Both paths are computed: a branch would split the vector.
/// Relative errors in float: 3e-7, of the excess 2e-6.
/// Source: derived above. Domain: 0 <= t <= 1e37 (float), 1e300 (double).
template <class T>
SCPRIOR_INLINE LogOnePlus<T> log_one_plus(T t) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  const T u = T(1) + t, lost = t - (u - T(1));
  const Bits bits = std::bit_cast<Bits>(u), e = (bits - F::root_half) >> F::mantissa;
  const T scale = std::bit_cast<T>(F::one - (e << F::mantissa));  // 2^-e
  const T d = (std::bit_cast<T>(bits - (e << F::mantissa)) - T(1)) + lost * scale;
  const T both = T(1) / (u * (T(2) + d));
  const T q = both * (T(2) + d), s = d * (both * u), z = s * s;  // |s| <= 0.172
  T tail;
  if constexpr (sizeof(T) == 4) {
    tail = s * z * polynomial(z, T(1.0 / 3), T(1.0 / 5), T(1.0 / 7), T(1.0 / 9), T(1.0 / 11));
  } else {
    tail = s * z * polynomial(z, T(1.0 / 3), T(1.0 / 5), T(1.0 / 7), T(1.0 / 9), T(1.0 / 11), T(1.0 / 13),
                                 T(1.0 / 15), T(1.0 / 17), T(1.0 / 19), T(1.0 / 21), T(1.0 / 23));
  }
  const T exponent = std::bit_cast<T>(e | F::integer) - F::integer_value;
  const T value = exponent * T(0.693147180559945309417) + T(2) * (s + tail);
  const T near = T(2) * (z * (T(1) + T(0.5) * t) * q + tail), far = value - (T(1) - q);
  return {value, e == 0 ? near : far, q};
}

}  // namespace scprior::kernels
