// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "count_group.hpp"
#include "vector_math.hpp"

namespace scprior::kernels {
namespace {

/// Where x > 0: adds ln(1 - π) = -ln(1 + e^r) to the values, and its derivative -σ(r).
SCPRIOR_INLINE void deflate(CountGroup& group) {
#pragma omp simd
  for (int64_t k = 0; k < CountGroup::size; ++k) {
    const double r = group.logit[k];
    const bool above = r > 0, counted = group.x[k] > 0;
    const double e = exponential(above ? -r : r);
    const LogOnePlus<double> log_1e = log_one_plus(e);
    const double log_kept = -(above ? r : 0.0) - log_1e.value, q = log_1e.reciprocal;
    group.value[k] = counted ? group.value[k] + log_kept : group.value[k];
    group.d_logit[k] = counted ? (above ? -q : -e * q) : group.d_logit[k];
  }
}

SCPRIOR_MULTIVERSION void best(CountGroup& group) { deflate(group); }
void baseline(CountGroup& group) { deflate(group); }

/// A 0 that the sparse matrix stores: the equations are those of the pass over the zeros.
void inflate(CountGroup& group, int64_t k) {
  const double odds = std::exp(group.logit[k]), counted = std::exp(group.value[k]), other = -std::expm1(group.value[k]);
  const double scale = 1 / (odds + counted), share = counted * scale;
  group.value[k] = -std::log1p(other * scale);
  group.d_log_mu[k] *= share;
  group.d_log_theta[k] *= share;
  group.d_logit[k] = (odds * scale) * (other / (1 + odds));
}

}  // namespace

void zero_inflated_negative_binomial_group(CountGroup& group, int64_t n, InstructionSet instructions) {
  negative_binomial_group(group, n, instructions);
  for (int64_t k = n; k < CountGroup::size; ++k) group.x[k] = 1, group.logit[k] = 0;
  for (int64_t k = 0; k < n; ++k)
    if (group.x[k] == 0) inflate(group, k);
  instructions == InstructionSet::best ? best(group) : baseline(group);
}

}  // namespace scprior::kernels
