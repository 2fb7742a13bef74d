// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace scprior {

/// Monotone rational-quadratic splines, one for each leading index: knots (x_k, y_k) and slopes there, k = 0 ... K.
/// x and y run from -bound to bound, the slopes at both ends are 1, and outside the spline is the identity.
struct Spline {
  at::Tensor x, y, slope;  ///< [..., K + 1]
  double bound;
};

/// Number of free numbers of a spline with K bins: K widths, K heights, K - 1 slopes.
constexpr int64_t spline_numbers(int64_t bins) { return 3 * bins - 1; }

/// The spline of free numbers. Zeros give the identity.
///
///     widths = 2 bound (e + (1 - K e) softmax(raw widths)), heights alike
///     slopes = e + softplus(raw slopes + c), with c such that softplus(c) = 1 - e;   e = 0.001
///
/// Source:  durkan2019, section 3.1 and appendix; e is the least share of a bin and the least slope
/// Differs: c, without which zeros give inner slopes of 0.69 between outer ones of 1
/// Shapes:  raw [..., 3 K - 1]
Spline make_spline(const at::Tensor& raw, int64_t bins, double bound);

struct SplineValue {
  at::Tensor value, log_slope;  ///< [...]
};

/// The spline and the logarithm of its derivative. In bin k with p = (x - x_k) / w, q = (x_{k+1} - x) / w, s = h / w:
///
///     n = s (p² + q²) + (d_k + d_{k+1}) p q
///     value = y_k + h (s p² + d_k p q) / n,   slope = s² (d_{k+1} p² + 2 s p q + d_k q²) / n²
///
/// Source:  durkan2019, equations 4 and 5
/// Differs: n is written as a sum of positive terms, so that nothing cancels
/// Shapes:  x [...], as the leading axes of the knots
SplineValue evaluate(const Spline& spline, const at::Tensor& x);

/// The x of a value y. With u = (y - y_k) / h, v = (y_{k+1} - y) / h, e = d_k v - d_{k+1} u, r = sqrt(e² + 4 s² u v):
///
///     p = 2 s u / (2 s u + e + r) where e >= 0,   p = (r - e) / (r - e + 2 s v) where e < 0
///
/// Source:  durkan2019, equations 6 to 8
/// Differs: b² - 4 a c of the paper is h² r², a sum of squares: it cannot turn negative by rounding, and neither branch
///          subtracts numbers of like size
at::Tensor invert(const Spline& spline, const at::Tensor& y);

}  // namespace scprior
