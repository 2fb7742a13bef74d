// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <vector>

#include "fixtures/spline_values.hpp"
#include "rational_quadratic.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;

namespace {

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::empty(shape, type).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

/// n splines of free numbers of the given size, each at the same points: knots [n, M, K + 1].
Spline splines(int64_t n, int64_t points, double size, int64_t bins = 8, double bound = 5,
               at::ScalarType type = at::kDouble) {
  const at::Tensor raw = normal({n, 1, spline_numbers(bins)}, 3, type) * size;
  return make_spline(raw.expand({n, points, -1}), bins, bound);
}

at::Tensor line(int64_t n, double from, double to, int64_t splines, at::ScalarType type = at::kDouble) {
  return at::linspace(from, to, n, type).expand({splines, n}).contiguous();
}

const std::vector<double> sizes = {0.1, 1, 4};

}  // namespace

TEST_CASE("splines and their slopes equal 50-digit arithmetic", "[flow][neural_spline]") {
  const int64_t numbers = spline_numbers(spline_bins);
  for (const auto& row : spline_values) {
    const at::Tensor raw = at::tensor(std::vector<double>(row, row + numbers), at::kDouble);
    const at::Tensor x = at::scalar_tensor(row[numbers], at::kDouble);
    const Spline spline = make_spline(raw, spline_bins, spline_bound);
    const SplineValue result = evaluate(spline, x);
    REQUIRE_THAT(result.value.item<double>(), WithinAbs(row[numbers + 1], 1e-12));
    REQUIRE_THAT(result.log_slope.item<double>(), WithinAbs(row[numbers + 2], 1e-11));
    // A rounding error of the value is one of x divided by the slope.
    const double rounding = 1e-13 * (1 + std::exp(-row[numbers + 2]));
    REQUIRE_THAT(invert(spline, result.value).item<double>(), WithinAbs(row[numbers], rounding));
  }
}

TEST_CASE("zeros make the identity", "[flow][neural_spline]") {
  const Spline spline = make_spline(at::zeros({1, 201, spline_numbers(8)}, at::kDouble), 8, 5);
  const at::Tensor x = line(201, -6, 6, 1);
  const SplineValue result = evaluate(spline, x);
  REQUIRE((result.value - x).abs().max().item<double>() < 1e-14);
  REQUIRE(result.log_slope.abs().max().item<double>() < 1e-14);
}

TEST_CASE("splines increase, and their slope is the autograd derivative", "[flow][neural_spline]") {
  for (const double size : sizes) {
    const int64_t n = 20, points = 4001;
    const Spline spline = splines(n, points, size);
    const at::Tensor x = line(points, -6, 6, n).set_requires_grad(true);
    const SplineValue result = evaluate(spline, x);
    REQUIRE((result.value.diff(1, -1) > 0).all().item<bool>());
    result.value.sum().backward();
    REQUIRE(at::allclose(result.log_slope.exp(), x.grad(), 1e-9, 0));
  }
}

TEST_CASE("the inverse undoes a spline to 1e-9", "[flow][neural_spline]") {
  for (const double size : sizes) {
    const int64_t n = 50, points = 2001;
    const Spline spline = splines(n, points, size);
    const at::Tensor y = line(points, -6, 6, n), x = invert(spline, y);
    REQUIRE((x.diff(1, -1) > 0).all().item<bool>());
    REQUIRE((evaluate(spline, x).value - y).abs().max().item<double>() < 1e-9);
    if (size > 1) continue;  // where slopes are 0.001 a rounding error of y is a thousand of x
    REQUIRE((invert(spline, evaluate(spline, y).value) - y).abs().max().item<double>() < 1e-9);
  }
}

TEST_CASE("the inverse in float stays finite and inside its bin where slopes are extreme", "[flow][neural_spline]") {
  const int64_t n = 200, points = 501;
  const Spline spline = splines(n, points, 30, 8, 5, at::kFloat);
  const at::Tensor y = line(points, -5, 5, n, at::kFloat), x = invert(spline, y);
  REQUIRE(at::isfinite(x).all().item<bool>());
  REQUIRE((x.diff(1, -1) >= 0).all().item<bool>());
  REQUIRE((x.abs() <= 5).all().item<bool>());
}

TEST_CASE("values and slopes are continuous at the knots, and hit them", "[flow][neural_spline]") {
  for (const int64_t bins : {2, 5}) {
    const at::Tensor raw = normal({30, 1, spline_numbers(bins)}, 4);
    const Spline spline = make_spline(raw.expand({30, bins + 1, -1}), bins, 3);
    const at::Tensor x = spline.x.select(1, 0), y = spline.y.select(1, 0), slope = spline.slope.select(1, 0);
    REQUIRE((x.diff(1, -1) > 0).all().item<bool>());
    const double step = 1e-9;
    for (const double side : {-step, 0.0, step}) {
      const SplineValue result = evaluate(spline, x + side);
      REQUIRE((result.value - y).abs().max().item<double>() < 1e-6);
      REQUIRE((result.log_slope.exp() - slope).abs().max().item<double>() < 1e-5);
    }
    REQUIRE((slope.select(-1, 0) == 1).all().item<bool>());
    REQUIRE((slope.select(-1, bins) == 1).all().item<bool>());
  }
}

TEST_CASE("outside the bound a spline is exactly the identity, with finite gradients", "[flow][neural_spline]") {
  const at::Tensor raw = (normal({4, 1, spline_numbers(8)}, 3) * 3).set_requires_grad(true);
  const at::Tensor x = at::tensor({-1e3, -5.0, 5.0, 1e3, 1e30}, at::kDouble).expand({4, 5}).contiguous();
  x.set_requires_grad(true);
  const Spline spline = make_spline(raw.expand({4, 5, -1}), 8, 5);
  const SplineValue result = evaluate(spline, x);
  REQUIRE(at::equal(result.value, x));
  REQUIRE((result.log_slope == 0).all().item<bool>());
  REQUIRE(at::equal(invert(spline, x), x));
  (result.value.sum() + result.log_slope.sum() + invert(spline, x).sum()).backward();
  REQUIRE((x.grad() == 2).all().item<bool>());
  REQUIRE((raw.grad() == 0).all().item<bool>());
}

TEST_CASE("bins and slopes keep their least size", "[flow][neural_spline]") {
  const at::Tensor raw = normal({100, spline_numbers(8)}, 5) * 100;
  const Spline spline = make_spline(raw, 8, 5);
  REQUIRE(spline.x.diff(1, -1).min().item<double>() > 0.01 - 1e-12);
  REQUIRE(spline.y.diff(1, -1).min().item<double>() > 0.01 - 1e-12);
  REQUIRE(spline.slope.min().item<double>() >= 0.001);
  REQUIRE((spline.x.select(-1, 8) == 5).all().item<bool>());
  REQUIRE((spline.y.select(-1, 0) == -5).all().item<bool>());
}
