// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/poisson.hpp"

#include "count_tile.hpp"
#include "log_factorial.hpp"

namespace scprior::kernels {
namespace {

SCPRIOR_INLINE void exponentials(CountGroup& group) {
#pragma omp simd
  for (int64_t k = 0; k < CountGroup::size; ++k)
    group.value[k] = exponential(limited(group.log_mu[k], -300.0, 300.0));
}

SCPRIOR_MULTIVERSION void best_group(CountGroup& group) { exponentials(group); }
void baseline_group(CountGroup& group) { exponentials(group); }

struct PoissonModel {
  static constexpr bool has_dispersion = false, has_inflation = false;

  static void group(CountGroup& group, int64_t n, InstructionSet instructions) {
    poisson_group(group, n, instructions);
  }

  template <class Case, class T>
  static SCPRIOR_INLINE T zeros(const CountRow<T>& row, CountScratch<T>&) {
    using Range = CountRange<T>;
    T* mean = row.mean;
    const T log_size = row.log_size;
    const int64_t n = row.genes;
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t g = 0; g < n; ++g) {
      const T a = mean[g];
      const T mu = exponential(limited(clipped_logit(a) + log_size, -Range::log_mu, Range::log_mu));
      sum -= mu;
      if constexpr (Case::gradients) mean[g] = unclipped(a) ? -mu : T(0);
    }
    return sum;
  }
};

SCPRIOR_COUNT_KERNEL(PoissonModel, float)
SCPRIOR_COUNT_KERNEL(PoissonModel, double)

}  // namespace

void poisson_group(CountGroup& group, int64_t n, InstructionSet instructions) {
  for (int64_t k = n; k < CountGroup::size; ++k) group.log_mu[k] = 0;
  instructions == InstructionSet::best ? best_group(group) : baseline_group(group);
  for (int64_t k = 0; k < n; ++k) {
    const double x = group.x[k], mu = group.value[k];
    group.value[k] = (x > 0 ? log_power_over_factorial(x, group.log_mu[k]) : 0.0) - mu;
    group.d_log_mu[k] = x - mu;
  }
}

template <class T>
int64_t poisson(const CountBlock<T>& block, InstructionSet instructions) {
  return run(block, instructions);
}

template SCPRIOR_API int64_t poisson<float>(const CountBlock<float>&, InstructionSet);
template SCPRIOR_API int64_t poisson<double>(const CountBlock<double>&, InstructionSet);

}  // namespace scprior::kernels
