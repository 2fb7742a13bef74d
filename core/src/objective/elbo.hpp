// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/core/model.hpp"
#include "scprior/posterior.hpp"

namespace scprior::core {

/// The base draw: z0 = mean + exp(log_var / 2) ε, ε ~ N(0, 1) from `noise`; a deterministic posterior is repeated.
/// Source: kingma2014. Shapes: -> [S, B, D].
at::Tensor draw(const Posterior& posterior, int64_t samples, const at::Generator& noise);

/// KL(q(z|x) || p(z)) of every cell: [B].
///
///     closed form, where the flow is the identity and the prior offers one; otherwise
///     -H(q0) - E_q[log_det] - E_q[ln p(z)],  H(q0) = ½ Σ_d (ln 2πe + log_var_d) exact, expectations over the S draws
///
/// Source: kingma2016; tomczak2018. Without a prior (autoencoder): zeros.
at::Tensor kl_divergence(const Model& model, const Posterior& posterior, const FlowResult& latent);

/// Weights of the terms of the loss; the paper's are 1 and 1.
struct LossWeights {
  LossWeights(double kl_weight = 1, double reconstruction_weight = 1)
      : kl(kl_weight), reconstruction(reconstruction_weight) {}
  double kl, reconstruction;
};

/// The parts of the loss that depend on the cells; nats per cell. Penalties are the optimiser's.
struct ElboTerms {
  at::Tensor loss;            ///< [] weighted sum of the other two
  at::Tensor reconstruction;  ///< [] mean over draws and cells of -ln p(x | z)
  at::Tensor kl;              ///< [] mean over cells, not weighted
};

/// One pass of a batch through the model, in its current mode (training or evaluation).
ElboTerms negative_elbo(Model& model, const CellBatch& batch, int64_t samples, LossWeights weights,
                        const at::Generator& noise);

}  // namespace scprior::core
