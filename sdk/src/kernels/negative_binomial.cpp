// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/negative_binomial.hpp"

#include "count_tile.hpp"

namespace scprior::kernels {
namespace {

struct NegativeBinomialModel {
  static constexpr bool has_dispersion = true, has_inflation = false;

  static void group(CountGroup& group, int64_t n, InstructionSet instructions) {
    negative_binomial_group(group, n, instructions);
  }

  template <class Case, class T>
  static SCPRIOR_INLINE T zeros(const CountRow<T>& row, CountScratch<T>& scratch) {
    using Range = CountRange<T>;
    T *mean = row.mean, *log_theta = row.dispersion, *column = scratch.dispersion.column;
    const T *theta = scratch.dispersion.value, *inverse = scratch.dispersion.inverse;
    const T log_size = row.log_size, weight = row.weight;
    const int64_t n = row.genes;
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t g = 0; g < n; ++g) {
      const T a = mean[g];
      const T mu = exponential(limited(clipped_logit(a) + log_size, -Range::log_mu, Range::log_mu));
      T theta_g, inverse_g;
      if constexpr (Case::dispersion_of_cells) {
        theta_g = exponential(limited(log_theta[g], Range::low_log_theta, Range::log_theta));
        inverse_g = T(1) / theta_g;
      } else {
        theta_g = theta[g];
        inverse_g = inverse[g];
      }
      const T ratio = mu * inverse_g;
      const T t = ratio > Range::ratio ? Range::ratio : ratio;
      const LogOnePlus<T> log_1t = log_one_plus(t);
      sum -= theta_g * log_1t.value;
      if constexpr (Case::gradients) {
        mean[g] = unclipped(a) ? -mu * log_1t.reciprocal : T(0);
        const T by_theta = -theta_g * log_1t.excess;
        if constexpr (Case::dispersion_of_cells) {
          log_theta[g] = by_theta;
        } else {
          column[g] += weight * by_theta;
        }
      }
    }
    return sum;
  }
};

SCPRIOR_COUNT_KERNEL(NegativeBinomialModel, float)
SCPRIOR_COUNT_KERNEL(NegativeBinomialModel, double)

}  // namespace

template <class T>
int64_t negative_binomial(const CountBlock<T>& block, InstructionSet instructions) {
  return run(block, instructions);
}

template SCPRIOR_API int64_t negative_binomial<float>(const CountBlock<float>&, InstructionSet);
template SCPRIOR_API int64_t negative_binomial<double>(const CountBlock<double>&, InstructionSet);

}  // namespace scprior::kernels
