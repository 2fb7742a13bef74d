// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scprior/api.hpp"

namespace scprior::kernels {

/// out[i] = 0 with probability p, else 1 / (1 - p), for i in [0, n). Element i depends on seed and i alone: the numbers
/// of SplitMix64 by position, 32 bits each.
///
/// Source: steele2014. Domain: 0 <= p < 1; T is float or double. Results do not depend on the number of threads.
template <class T>
SCPRIOR_API void dropout_mask(uint64_t seed, double p, int64_t n, T* out);

}  // namespace scprior::kernels
