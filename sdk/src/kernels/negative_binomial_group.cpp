// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "count_group.hpp"
#include "log_factorial.hpp"
#include "scprior/kernels/negative_binomial.hpp"
#include "vector_math.hpp"

namespace scprior::kernels {
namespace {

/// Whole counts up to this run vectorised over the group, the others one by one.
constexpr int largest = 16;

/// negative_binomial_term for the first n entries; its equations.
SCPRIOR_INLINE void compute(CountGroup& group, int64_t n) {
  constexpr int64_t size = CountGroup::size;
  const double* log_factorial = log_factorials().data();
  double count[size], constant[size], mu[size], theta[size], product[size], slope[size], step[size], start[size];
  int top = 1;
  for (int64_t k = 0; k < size; ++k) {
    const bool small = k < n && group.x[k] <= largest && group.x[k] == static_cast<int>(group.x[k]);
    const int x = small ? static_cast<int>(group.x[k]) : 1;
    if (k >= n) group.log_mu[k] = group.log_theta[k] = 0;
    count[k] = x;
    constant[k] = log_factorial[x];
    top = std::max(top, x);
  }
#pragma omp simd
  for (int64_t k = 0; k < size; ++k) {
    mu[k] = exponential(limited(group.log_mu[k], -300.0, 300.0));
    theta[k] = exponential(limited(group.log_theta[k], -300.0, 300.0));
    const bool less = theta[k] < 1;
    start[k] = less ? theta[k] : 1.0;  // factor i is start + i · step
    step[k] = less ? 1.0 : 1.0 / theta[k];
    product[k] = 1;
    slope[k] = 0;
  }
  for (int i = 1; i < top; ++i) {
#pragma omp simd
    for (int64_t k = 0; k < size; ++k) {
      const double factor = start[k] + i * step[k];
      const double factor_slope = theta[k] < 1 ? theta[k] : -i * step[k];
      const bool counts = i < count[k];
      slope[k] = counts ? slope[k] * factor + product[k] * factor_slope : slope[k];
      product[k] = counts ? product[k] * factor : product[k];
    }
  }
#pragma omp simd
  for (int64_t k = 0; k < size; ++k) {
    const double x = count[k], t = mu[k] / theta[k];
    const LogOnePlus<double> log_1t = log_one_plus(t);
    const double log_product = log_one_plus(product[k] - 1).value, q = log_1t.reciprocal;
    const double shift = theta[k] < 1 ? x - 1 : 0.0;
    const double log_theta = limited(group.log_theta[k], -300.0, 300.0);
    group.value[k] =
        log_product - shift * log_theta - (x + theta[k]) * log_1t.value + x * group.log_mu[k] - constant[k];
    group.d_log_mu[k] = (x - mu[k]) * q;
    group.d_log_theta[k] = slope[k] / product[k] - shift - theta[k] * log_1t.excess + x * (t * q);
  }
  for (int64_t k = 0; k < n; ++k) {
    if (group.x[k] >= 1 && group.x[k] == count[k]) continue;
    const NegativeBinomialTerm term = negative_binomial_term(group.x[k], group.log_mu[k], group.log_theta[k]);
    group.value[k] = term.value;
    group.d_log_mu[k] = term.d_log_mu;
    group.d_log_theta[k] = term.d_log_theta;
  }
}

SCPRIOR_MULTIVERSION void best(CountGroup& group, int64_t n) { compute(group, n); }
void baseline(CountGroup& group, int64_t n) { compute(group, n); }

}  // namespace

void negative_binomial_group(CountGroup& group, int64_t n, InstructionSet instructions) {
  instructions == InstructionSet::best ? best(group, n) : baseline(group, n);
}

}  // namespace scprior::kernels
