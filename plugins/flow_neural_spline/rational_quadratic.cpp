// SPDX-License-Identifier: Apache-2.0
#include "rational_quadratic.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "scprior/elementary.hpp"

namespace scprior {
namespace {

constexpr double least = 1e-3;

/// [..., K] free numbers -> [..., K + 1] increasing knots from -bound to bound.
at::Tensor knots(const at::Tensor& raw, double bound) {
  const auto bins = raw.size(-1);
  const at::Tensor shares = at::softmax(raw, -1) * (1 - least * static_cast<double>(bins)) + least;
  const at::Tensor inner = at::cumsum(shares, -1).narrow(-1, 0, bins - 1) * (2 * bound) - bound;
  const at::Tensor end = at::full_like(raw.narrow(-1, 0, 1), bound, raw.options().requires_grad(false));
  return at::cat({-end, inner, end}, -1);
}

/// The bin that each point lies in, by its two ends.
struct Bin {
  at::Tensor x0, x1, y0, y1, slope0, slope1;
};

/// `along`: the knots' coordinates that `at` is one of.
Bin find(const Spline& spline, const at::Tensor& along, const at::Tensor& at) {
  const int64_t inner = along.size(-1) - 2;
  const at::Tensor left = (at.unsqueeze(-1) >= along.narrow(-1, 1, inner)).sum(-1, true), right = left + 1;
  const auto pick = [](const at::Tensor& knots, const at::Tensor& k) { return knots.gather(-1, k).squeeze(-1); };
  return {pick(spline.x, left),  pick(spline.x, right),    pick(spline.y, left),
          pick(spline.y, right), pick(spline.slope, left), pick(spline.slope, right)};
}

at::Tensor is_inside(const Spline& spline, const at::Tensor& at) { return at.abs() < spline.bound; }

}  // namespace

Spline make_spline(const at::Tensor& raw, int64_t bins, double bound) {
  const double start = std::log(std::expm1(1 - least));
  const at::Tensor slopes = nn::softplus(raw.narrow(-1, 2 * bins, bins - 1) + start) + least;
  const at::Tensor one = at::ones_like(raw.narrow(-1, 0, 1), raw.options().requires_grad(false));
  return {knots(raw.narrow(-1, 0, bins), bound), knots(raw.narrow(-1, bins, bins), bound),
          at::cat({one, slopes, one}, -1), bound};
}

SplineValue evaluate(const Spline& spline, const at::Tensor& x) {
  // Points outside are moved to the nearer end first: what is not taken must be finite too, or gradients are not.
  const at::Tensor in = at::clamp(x, -spline.bound, spline.bound), inside = is_inside(spline, x);
  const Bin bin = find(spline, spline.x, in);
  const at::Tensor width = bin.x1 - bin.x0, height = bin.y1 - bin.y0, s = height / width;
  const at::Tensor p = (in - bin.x0) / width, q = (bin.x1 - in) / width;
  const at::Tensor pp = p * p, pq = p * q, qq = q * q;
  const at::Tensor n = s * (pp + qq) + (bin.slope0 + bin.slope1) * pq;
  const at::Tensor value = bin.y0 + height * (s * pp + bin.slope0 * pq) / n;
  const at::Tensor log_slope = 2 * (at::log(s) - at::log(n)) + at::log(bin.slope1 * pp + 2 * s * pq + bin.slope0 * qq);
  return {at::where(inside, value, x), at::where(inside, log_slope, at::zeros_like(log_slope))};
}

at::Tensor invert(const Spline& spline, const at::Tensor& y) {
  const at::Tensor in = at::clamp(y, -spline.bound, spline.bound), inside = is_inside(spline, y);
  const Bin bin = find(spline, spline.y, in);
  const at::Tensor width = bin.x1 - bin.x0, height = bin.y1 - bin.y0, s = height / width;
  const at::Tensor u = (in - bin.y0) / height, v = (bin.y1 - in) / height;
  const at::Tensor e = bin.slope0 * v - bin.slope1 * u;
  const at::Tensor r = at::sqrt(e * e + 4 * s * s * u * v);
  const at::Tensor rising = e >= 0;
  const at::Tensor upper = at::where(rising, 2 * s * u, r - e), rest = at::where(rising, e + r, 2 * s * v);
  return at::where(inside, bin.x0 + width * (upper / (upper + rest)), y);
}

}  // namespace scprior
