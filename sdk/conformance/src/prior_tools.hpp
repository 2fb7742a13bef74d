// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/conformance/evaluate.hpp"

namespace scprior::conformance {

/// The sizes the laws use, with D latent units.
Dims dims_with_latent(int64_t latent);

/// A prior in double, with noise on its parameters, and prepared.
std::unique_ptr<Prior> noisy_prior(uint64_t stream, int64_t latent);

/// False if the prior refuses to be built for D latent units.
bool takes_latent(int64_t latent);

/// A prior away from its start: trained for a while on two narrow clusters, so that its scales are far from 1 and its
/// units depend on each other; prepared. As noisy_prior if it has no parameters, or if no rate lowers its loss.
std::unique_ptr<Prior> trained_prior(uint64_t stream, int64_t latent);

/// Two clusters of points at +1.2 and -1.2 in all units, standard deviation 0.35: [n, latent].
at::Tensor two_clusters(int64_t n, int64_t latent, uint64_t stream);

/// ln p of z [M, D] without gradients, in pieces: [M].
at::Tensor log_prob_of(Prior& prior, const at::Tensor& z);

/// Points and weights with Σ w f(z) ≈ ∫ f(z) dz: trapezoids on z = centre + scale · sinh(u), |sinh u| <= 1000, which
/// are exact to many digits for smooth densities, whatever their scale and tails.
struct Quadrature {
  at::Tensor z;       ///< [M, D]
  at::Tensor weight;  ///< [M]
  at::Tensor coarse;  ///< [M] weights of the rule with every second point only: how far it is off tells the error
  at::Tensor log_prob, mass;  ///< [M] of the prior; weight · exp(log_prob)
  double integral = 0;
  /// The largest share of the integral that one point stands for, at draws of the prior. Where the density has spikes
  /// between the points it is large, and the rule is of no use.
  double roughness = 0;

  bool is_useful() const { return !(roughness > 0.02); }
};

/// For D = 1 or 2; centre and scale from draws of the prior.
Quadrature quadrature(Prior& prior, int64_t latent, uint64_t stream);

}  // namespace scprior::conformance
