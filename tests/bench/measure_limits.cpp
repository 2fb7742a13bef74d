// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "measure.hpp"
#include "stopwatch.hpp"

namespace scprior::bench {
namespace {

/// Shortest of the runs that fit into `seconds`; at least three, after one that is not counted.
double shortest(double seconds, const std::function<void()>& body) {
  body();
  double best = std::numeric_limits<double>::infinity(), total = 0;
  for (int64_t runs = 0; runs < 3 || total < seconds; ++runs) {
    const Stopwatch watch;
    body();
    const double took = watch.seconds();
    best = std::min(best, took);
    total += took;
  }
  return best;
}

/// FLOP/s of a [m, k] times [k, n] product.
double product_rate(const at::Tensor& a, const at::Tensor& b, double seconds) {
  at::Tensor out = at::empty({a.size(0), b.size(1)}, a.options());
  const double flops = 2.0 * static_cast<double>(a.size(0)) * static_cast<double>(a.size(1)) *
                       static_cast<double>(b.size(1));
  return flops / shortest(seconds, [&] { at::mm_out(out, a, b); });
}

/// The best over the three products of the output layer, at both batch sizes, and a large square.
double best_product_rate(at::ScalarType type, int64_t genes, double seconds) {
  constexpr int64_t hidden = 512, square = 2048;
  const auto random = [&](int64_t rows, int64_t columns) { return at::randn({rows, columns}).to(type); };
  const at::Tensor weight = random(genes, hidden), side = random(square, square);
  double best = product_rate(side, side, seconds);
  for (const int64_t batch : {128, 512}) {
    const at::Tensor h = random(batch, hidden), gradient = random(batch, genes);
    best = std::max({best, product_rate(h, weight.t(), seconds), product_rate(gradient, weight, seconds),
                     product_rate(gradient.t(), h, seconds)});
  }
  return best;
}

}  // namespace

Measured measure_limits(const MeasureArguments& arguments) {
  const at::NoGradGuard no_grad;
  const double seconds = arguments.seconds / 10;
  // As large as the weights and moments that Adam goes through at 20 000 genes, 250 MB: if such an array stays in a
  // cache, the optimiser profits, and so must its limit.
  at::Tensor all = at::ones({2, arguments.genes, 1600}), from = all[0], to = all[1];
  const double bytes = static_cast<double>(all.nbytes());
  return {{{"gemm_float32", best_product_rate(at::kFloat, arguments.genes, seconds)},
           {"gemm_bf16", best_product_rate(at::kBFloat16, arguments.genes, seconds)},
           {"copy", bytes / shortest(2 * seconds, [&] { to.copy_(from); })},
           {"update", 2 * bytes / shortest(2 * seconds, [&] { all.mul_(1.0); })}},
          {}};
}

}  // namespace scprior::bench
