// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>

namespace scprior::kernels {

/// lnΓ(z) - ((z - ½) ln z - z + ½ ln 2π) for z >= 10.
inline double stirling_correction(double z) {
  const double w = 1 / (z * z);
  return (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188 - w * 691 / 360360))))) / z;
}

/// ln x! for x = 0 ... 255.
inline const std::array<double, 256>& log_factorials() {
  static const std::array<double, 256> table = [] {
    std::array<double, 256> values{};
    long double sum = 0;
    for (int x = 1; x < 256; ++x) values[x] = static_cast<double>(sum += std::log(static_cast<long double>(x)));
    return values;
  }();
  return table;
}

/// x ln μ - lnΓ(x+1) for x > 0.
inline double log_power_over_factorial(double x, double log_mu) {
  if (x < 256 && x == std::floor(x)) return x * log_mu - log_factorials()[static_cast<int>(x)];
  double base = x, product = 1;  // Γ(x+1) = Γ(base+1) / product
  while (base < 10) product *= base += 1;
  constexpr double half_log_2pi = 0.91893853320467274178;
  const double log_gamma_rest = 0.5 * std::log(base) + half_log_2pi + stirling_correction(base) - std::log(product);
  if (base == x) return x * (log_mu - std::log(x)) + x - log_gamma_rest;
  return x * log_mu - base * std::log(base) + base - log_gamma_rest;
}

}  // namespace scprior::kernels
