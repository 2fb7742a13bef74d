// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/kernels/count_block.hpp"

namespace scprior::kernels {

/// Σ_g ln ZINB of each row, as CountFunction says. Needs block.dispersion and block.inflation.
///
///     p(x) = π [x = 0] + (1 - π) NB(x | μ, θ),      π = σ(r)
///     ln p(0) = -ln(1 + (1 - e^n) / (e^r + e^n)),   n = ln NB(0) = -θ ln(1 + μ/θ)
///     d ln p(0) / d n = e^n / (e^r + e^n),          d ln p(0) / d r = σ(-r) (1 - e^n) e^r / (e^r + e^n)
///     ln p(x) = -ln(1 + e^r) + ln NB(x)             for x > 0
///
/// Source: lopez2018. Differs: ln p(0), log(π + (1 - π) e^n), is arranged so that nothing cancels: with
/// π = e^r / (1 + e^r) it is ln((e^r + e^n) / (1 + e^r)), and (1 + e^r) / (e^r + e^n) = 1 + (1 - e^n) / (e^r + e^n).
/// Domain: as negative_binomial_term; r is clipped to ±60. For |r| <= 30 the error is below 1e-5 (relative, or 1e-6
/// absolute) in float and 1e-10 in double.
template <class T>
SCPRIOR_API int64_t zero_inflated_negative_binomial(const CountBlock<T>& block,
                                                    InstructionSet instructions = InstructionSet::best);

inline constexpr CountKernel zero_inflated_negative_binomial_kernel = {zero_inflated_negative_binomial<float>,
                                                                       zero_inflated_negative_binomial<double>};

}  // namespace scprior::kernels
