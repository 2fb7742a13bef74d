// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/kernels/count_block.hpp"

namespace scprior::kernels {

struct NegativeBinomialTerm {
  double value;        ///< ln NB(x | μ, θ)
  double d_log_mu;     ///< its derivative with respect to ln μ
  double d_log_theta;  ///< ... to ln θ
};

/// Negative binomial with mean μ and inverse dispersion θ, Var = μ + μ²/θ, and its derivatives, for one count.
///
///     ln NB = [lnΓ(x+θ) - lnΓ(θ) - x ln θ] - (x+θ) ln(1 + μ/θ) + x ln μ - lnΓ(x+1)
///
/// Source: dony2020, methods. Differs: arranged so that no large terms cancel, from ln μ and ln θ.
/// Domain: x >= 0, not only whole numbers (the Γ function continues the formula); |ln μ|, |ln θ| <= 300. In the range
/// x <= 1e5, 1e-8 <= μ <= 1e5, 1e-4 <= θ <= 1e8 the error is below 1e-10 (relative, or absolute below 1).
SCPRIOR_API NegativeBinomialTerm negative_binomial_term(double x, double log_mu, double log_theta);

/// Σ_g ln NB of each row, as CountFunction says. Needs block.dispersion.
template <class T>
SCPRIOR_API int64_t negative_binomial(const CountBlock<T>& block, InstructionSet instructions = InstructionSet::best);

inline constexpr CountKernel negative_binomial_kernel = {negative_binomial<float>, negative_binomial<double>};

}  // namespace scprior::kernels
