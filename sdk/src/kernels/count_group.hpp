// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/kernels/count_block.hpp"

namespace scprior::kernels {

/// Counts that are not 0, computed together in double. A distribution uses the fields it has parameters for.
struct CountGroup {
  static constexpr int64_t size = 64;

  double x[size], log_mu[size], log_theta[size], logit[size];
  double value[size], d_log_mu[size], d_log_theta[size], d_logit[size];
};

// Each fills in the results for the first n entries.
void negative_binomial_group(CountGroup& group, int64_t n, InstructionSet instructions);
void zero_inflated_negative_binomial_group(CountGroup& group, int64_t n, InstructionSet instructions);
void poisson_group(CountGroup& group, int64_t n, InstructionSet instructions);

}  // namespace scprior::kernels
