// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "scprior/prior.hpp"

namespace scprior::conformance {

/// Points and weights with Σ w f(z) ≈ ∫ f(z) dz for functions that vary as exp(log_prob) does.
///
/// The plane (or line) |z| <= 1e5 is divided into cells of equal size in asinh(1000 z), each with the 7-point rule of
/// Kronrod along every axis, and cells are halved until the rule agrees with the 3-point rule of Gauss that is part of
/// it. Places where the density is high (draws of `sample`, and points found by climbing log_prob) are looked at too:
/// the cell that holds one must have seen the mass there. They only tell where to look, hence a `sample` that is wrong
/// changes nothing.
struct Quadrature {
  at::Tensor z;               ///< [M, D]
  at::Tensor width;           ///< [M, D] of the cell around a point, in z
  at::Tensor weight, coarse;  ///< [M] of the two rules: their difference bounds the error of the first
  at::Tensor log_prob, mass;  ///< [M] of the prior; weight · exp(log_prob)
  double integral = 0;
  double error = 0;           ///< of the integral: the sum over cells of how far the two rules are apart

  /// False where the density is finer than the number of points allows: no integral can be relied on.
  bool is_resolved() const { return error <= 0.01 * integral; }
  /// Share of the mass that lies in cells across which direction · z grows by more than the points can follow.
  double share_too_coarse_for(const at::Tensor& direction) const;
  /// "the integral is 0.87 ± 0.2".
  std::string text() const;
};

/// Why a law of one that is not resolved is skipped.
inline constexpr const char* too_fine_text = "its density is too fine or too rough for the kit's points, by which ";

/// For D = 1 or 2.
Quadrature quadrature(Prior& prior, int64_t latent, uint64_t stream);

}  // namespace scprior::conformance
