// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include "scprior/parallel.hpp"

namespace scprior::core {

/// x = 2^exponent (1 + t) with 1 + t in [sqrt(1/2), sqrt(2)), and ln(1 + t) = t - t²/2 + t³ cubic.
struct LogMantissa {
  float exponent, t, cubic;
};

/// For vector code: no branches. Domain: x positive and normal. Source: the polynomial is that of logf in Moshier's
/// Cephes library.
SCPRIOR_INLINE LogMantissa log_mantissa(float x) {
  const int32_t bits = std::bit_cast<int32_t>(x);
  const int32_t exponent = (bits - 0x3f3504f3) >> 23;  // 0x3f3504f3: sqrt(1/2)
  const float t = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0f;
  float p = 7.0376836292e-2f;
  p = p * t - 1.1514610310e-1f;
  p = p * t + 1.1676998740e-1f;
  p = p * t - 1.2420140846e-1f;
  p = p * t + 1.4249322787e-1f;
  p = p * t - 1.6668057665e-1f;
  p = p * t + 2.0000714765e-1f;
  p = p * t - 2.4999993993e-1f;
  p = p * t + 3.3333331174e-1f;
  return {static_cast<float>(exponent), t, p};
}

}  // namespace scprior::core
