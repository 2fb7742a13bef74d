// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/zero_inflated_negative_binomial.hpp"

#include "count_tile.hpp"

namespace scprior::kernels {
namespace {

struct ZeroInflatedModel {
  static constexpr bool has_dispersion = true, has_inflation = true;

  static void group(CountGroup& group, int64_t n, InstructionSet instructions) {
    zero_inflated_negative_binomial_group(group, n, instructions);
  }

  template <class Case, class T>
  static SCPRIOR_INLINE T zeros(const CountRow<T>& row, CountScratch<T>& scratch) {
    using Range = CountRange<T>;
    T *mean = row.mean, *log_theta = row.dispersion, *logit = row.inflation;
    T *theta_column = scratch.dispersion.column, *logit_column = scratch.inflation.column;
    const T *theta = scratch.dispersion.value, *inverse = scratch.dispersion.inverse;
    const T *odds = scratch.inflation.value, *kept = scratch.inflation.inverse;
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
      T odds_g, kept_g, r = 0;  // e^r, 1 - π
      if constexpr (Case::inflation_of_cells) {
        r = logit[g];
        odds_g = exponential(clipped_logit(r));
        kept_g = T(1) / (T(1) + odds_g);
      } else {
        odds_g = odds[g];
        kept_g = kept[g];
      }
      const T ratio = mu * inverse_g;
      const T t = ratio > Range::ratio ? Range::ratio : ratio;
      const LogOnePlus<T> log_1t = log_one_plus(t);
      const Exponential<T> counted = exponential_minus_one(limited(-theta_g * log_1t.value, Range::low_log_p, T(0)));
      const T other = -counted.minus_one;               // 1 - NB(0)
      const T scale = T(1) / (odds_g + counted.value);  // 1 / ((1 + e^r) p(0))
      sum -= log_one_plus(other * scale).value;
      if constexpr (Case::gradients) {
        const T share = counted.value * scale;  // of the zeros, by chance in counting
        mean[g] = unclipped(a) ? -share * (mu * log_1t.reciprocal) : T(0);
        const T by_theta = -share * (theta_g * log_1t.excess);
        if constexpr (Case::dispersion_of_cells) {
          log_theta[g] = by_theta;
        } else {
          theta_column[g] += weight * by_theta;
        }
        const T by_logit = (odds_g * scale) * (kept_g * other);
        if constexpr (Case::inflation_of_cells) {
          logit[g] = unclipped(r) ? by_logit : T(0);
        } else {
          logit_column[g] += weight * by_logit;
        }
      }
    }
    return sum;
  }
};

SCPRIOR_COUNT_KERNEL(ZeroInflatedModel, float)
SCPRIOR_COUNT_KERNEL(ZeroInflatedModel, double)

}  // namespace

template <class T>
int64_t zero_inflated_negative_binomial(const CountBlock<T>& block, InstructionSet instructions) {
  return run(block, instructions);
}

template SCPRIOR_API int64_t zero_inflated_negative_binomial<float>(const CountBlock<float>&, InstructionSet);
template SCPRIOR_API int64_t zero_inflated_negative_binomial<double>(const CountBlock<double>&, InstructionSet);

}  // namespace scprior::kernels
