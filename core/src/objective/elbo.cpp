// SPDX-License-Identifier: Apache-2.0
#include "objective/elbo.hpp"

#include <ATen/ATen.h>

#include "scprior/distributions.hpp"
#include "scprior/fixed_order.hpp"

namespace scprior::core {

at::Tensor draw(const Posterior& posterior, int64_t samples, const at::Generator& noise) {
  const at::Tensor& mean = posterior.mean;
  const std::vector<int64_t> shape = {samples, mean.size(0), mean.size(1)};
  if (!posterior.log_var.defined()) return mean.unsqueeze(0).expand(shape);
  const at::Tensor epsilon = at::empty(shape, mean.options().requires_grad(false)).normal_(0, 1, noise);
  return at::addcmul(mean, (0.5 * posterior.log_var).exp(), epsilon);
}

at::Tensor kl_divergence(const Model& model, const Posterior& posterior, const FlowResult& latent) {
  if (!model.prior) return at::zeros({posterior.mean.size(0)}, posterior.mean.options().requires_grad(false));
  if (model.flow->is_identity())
    if (const auto exact = model.prior->kl(posterior)) return *exact;
  return (-latent.log_det - model.prior->log_prob(latent.z)).mean(0) - normal_entropy(posterior.log_var);
}

ElboTerms negative_elbo(Model& model, const CellBatch& batch, int64_t samples, LossWeights weights,
                        const at::Generator& noise) {
  const Posterior posterior = model.encoder->encode(batch.normalised, batch.covariates);           // [B, D]
  const FlowResult latent = model.flow->forward(draw(posterior, samples, noise), posterior.context);  // [S, B, D]
  const at::Tensor kl = kl_divergence(model, posterior, latent);                                   // [B]
  const at::Tensor h = model.decoder->decode(latent.z, batch.covariates);                          // [S, B, H]
  const at::Tensor log_px = model.likelihood->log_prob(batch.counts, h, batch.library, batch.covariates);  // [S, B]
  ElboTerms terms;
  terms.reconstruction = -total(log_px) / log_px.numel();
  terms.kl = total(kl) / kl.numel();
  terms.loss = weights.reconstruction * terms.reconstruction;
  if (weights.kl != 0) terms.loss = terms.loss + weights.kl * terms.kl;
  return terms;
}

}  // namespace scprior::core
