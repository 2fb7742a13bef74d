// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/conformance/evaluate.hpp"

namespace scprior::conformance {

/// The sizes the laws use, with D latent units.
Dims dims_with_latent(int64_t latent);

/// What is told of a noisy_prior and of a trained_prior.
inline constexpr const char* noisy_text = "with noise on its parameters (zeros and ones of a start hide mistakes)";
inline constexpr const char* trained_text = "trained for 60 steps on two clusters of points (so that scales are not 1)";

/// A prior in double, with noise on its parameters, and prepared.
std::unique_ptr<Prior> noisy_prior(uint64_t stream, int64_t latent);

/// False if the prior refuses to be built for D latent units.
bool takes_latent(int64_t latent);

/// A prior away from its start: trained for a while on two narrow clusters, so that its scales are far from 1 and its
/// units depend on each other; prepared. As noisy_prior if it has no parameters, or if no rate lowers its loss.
std::unique_ptr<Prior> trained_prior(uint64_t stream, int64_t latent);

/// Two clusters of points at +1.2 and -1.2 in all units, standard deviation 0.35: [n, latent].
at::Tensor two_clusters(int64_t n, int64_t latent, uint64_t stream);

/// Draws of the prior, zeros if it cannot draw: for laws that are not about sample. [n, latent], finite.
at::Tensor draws_where_possible(Prior& prior, int64_t n, int64_t latent, uint64_t stream);

/// ln p of z [M, D] without gradients, in pieces: [M].
at::Tensor log_prob_of(Prior& prior, const at::Tensor& z);

}  // namespace scprior::conformance
