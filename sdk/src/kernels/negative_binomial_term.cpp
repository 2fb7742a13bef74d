// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "log_factorial.hpp"
#include "scprior/kernels/negative_binomial.hpp"

namespace scprior::kernels {
namespace {

/// lnΓ(x+θ) - lnΓ(θ) - x ln θ and its derivative with respect to ln θ, θ (ψ(x+θ) - ψ(θ)) - x.
struct Rising {
  double value, derivative;
};

/// As Π_{0<i<x} (1 + i/θ), or Π (θ+i) / θ where θ < 1 (no overflow). x: a small whole number.
Rising rising_product(int x, double theta, double log_theta) {
  double product = 1, derivative = 0;
  for (int i = 1; i < x; ++i) {
    const double factor = theta < 1 ? theta + i : 1 + i / theta;
    derivative = derivative * factor + product * (theta < 1 ? theta : -i / theta);
    product *= factor;
  }
  const double shift = theta < 1 ? x - 1 : 0;
  return {std::log(product) - shift * log_theta, derivative / product - shift};
}

/// y - ln(1 + y).
double excess_below(double y) {
  if (y > 0.01) return y - std::log1p(y);
  return y * y * (1.0 / 2 - y * (1.0 / 3 - y * (1.0 / 4 - y * (1.0 / 5 - y * (1.0 / 6 - y / 7)))));
}

/// ln z - 1/(2z) - ψ(z) for z >= 10.
double digamma_correction(double z) {
  const double w = 1 / (z * z);
  return w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132 - w * 691 / 32760)))));
}

/// By Stirling's series; θ below 10 is first raised to b = θ + n:
///     Γ(x+θ) / Γ(θ) = Γ(x+b) / Γ(b) · Π_{i<n} (θ+i) / (x+θ+i)
Rising rising_stirling(double x, double theta, double log_theta) {
  double raised = theta, ratio = 1, sum = 0;
  while (raised < 10) {
    ratio *= raised / (x + raised);
    sum += x / (raised * (x + raised));
    raised += 1;
  }
  const double top = x + raised;
  double value = (top - 0.5) * std::log1p(x / raised) - x + stirling_correction(top) - stirling_correction(raised);
  if (raised > theta) value += x * (std::log(raised) - log_theta) + std::log(ratio);
  // b (ψ(x+b) - ψ(b)) - x
  const double digamma = -raised * excess_below(x / raised) + x / (2 * top) +
                         raised * (digamma_correction(raised) - digamma_correction(top));
  const double derivative = raised > theta ? theta * ((digamma + x) / raised + sum) - x : digamma;
  return {value, derivative};
}

/// ln(1 + t) - t / (1 + t).
double excess_above(double t) {
  if (t > 0.01) return std::log1p(t) - t / (1 + t);
  const double s = t / (2 + t), z = s * s;
  return 2 * (z / (1 + s) + s * z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z / 9))));
}

}  // namespace

NegativeBinomialTerm negative_binomial_term(double x, double log_mu, double log_theta) {
  log_theta = std::clamp(log_theta, -300.0, 300.0);
  log_mu = std::clamp(log_mu, -300.0, 300.0);
  const double mu = std::exp(log_mu), theta = std::exp(log_theta), t = mu / theta, log_1t = std::log1p(t);
  // With respect to ln θ: (θ (ψ(x+θ) - ψ(θ)) - x) - θ (ln(1+t) - t/(1+t)) + x t/(1+t). For large θ each part is of
  // order 1/θ.
  const double by_theta = -theta * excess_above(t);
  if (x == 0) return {-theta * log_1t, -mu / (1 + t), by_theta};
  const bool small = x <= 16 && x == std::floor(x);
  const Rising rising =
      small ? rising_product(static_cast<int>(x), theta, log_theta) : rising_stirling(x, theta, log_theta);
  return {rising.value - (x + theta) * log_1t + log_power_over_factorial(x, log_mu), (x - mu) / (1 + t),
          rising.derivative + by_theta + x * (t / (1 + t))};
}

}  // namespace scprior::kernels
