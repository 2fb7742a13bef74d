// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/kernels/count_block.hpp"

namespace scprior::kernels {

/// Σ_g ln Poisson of each row, as CountFunction says. Uses neither block.dispersion nor block.inflation.
///
///     ln p(x) = x ln μ - μ - lnΓ(x+1),      d ln p / d ln μ = x - μ
///
/// Source: textbook. Domain: x >= 0, not only whole numbers; |ln μ| <= 80 in float, 300 in double.
template <class T>
SCPRIOR_API int64_t poisson(const CountBlock<T>& block, InstructionSet instructions = InstructionSet::best);

inline constexpr CountKernel poisson_kernel = {poisson<float>, poisson<double>};

}  // namespace scprior::kernels
