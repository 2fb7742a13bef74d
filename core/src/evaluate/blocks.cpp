// SPDX-License-Identifier: Apache-2.0
#include "evaluate/blocks.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "scprior/core/batches.hpp"
#include "train/to_device.hpp"

namespace scprior::core {
namespace {

constexpr uint64_t embedding_seed = 20200713;  // fixed, so that an embedding is a function of model and cell

/// What draws of q(z | x) behind the flow start from: z0 = mean + scale ⊙ noise_s. The same noise for every cell: up to
/// rounding, a cell's embedding does not depend on the other cells.
struct BaseDraws {
  at::Tensor scale;  ///< [B, D]
  at::Tensor noise;  ///< [S, D]
};

BaseDraws base_draws(const Posterior& posterior, int64_t samples) {
  const at::Generator generator = make_generator(embedding_seed, posterior.mean.device());
  return {(0.5 * posterior.log_var).exp(),
          at::empty({samples, posterior.mean.size(1)}, posterior.mean.options()).normal_(0, 1, generator)};
}

/// Calls body(z [s, B, D]) with the draws behind the flow.
void for_each_draws(Model& model, const Posterior& posterior, const BaseDraws& base,
                    const std::function<void(const at::Tensor& z)>& body) {
  constexpr int64_t samples_at_once = 8;  // bounds memory: a block of 512 cells has 8 · 512 rows in flight
  for (const at::Tensor& noise : base.noise.unsqueeze(1).split(samples_at_once))
    body(model.flow->forward(at::addcmul(posterior.mean, base.scale, noise), posterior.context).z);
}

std::optional<FlowMoments> moments_by_flow(Model& model, const Posterior& posterior, const BaseDraws& base) {
  return model.flow->moments(posterior.mean, base.scale, base.noise, posterior.context);
}

}  // namespace

at::Device device_of(const Model& model) {
  const auto entries = model.entries();
  return entries.empty() ? at::Device(at::kCPU) : entries.front().tensor->device();
}

void for_each_block(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                    const InferenceProgress& progress,
                    const std::function<void(const CellBatch&, int64_t first)>& body, int64_t block) {
  const at::NoGradGuard no_grad;
  const at::Device device = device_of(model);
  model.eval();
  const int64_t n = static_cast<int64_t>(rows.size());
  for (int64_t first = 0; first < n; first += block) {
    const int64_t size = std::min(block, n - first);
    body(to_device(make_batch(cells, rows.subspan(first, size)), device), first);
    if (progress && !progress(first + size, n)) throw Error(Status::cancelled, "stopped on request");
  }
}

Posterior encode(Model& model, const CellBatch& batch) {
  return model.encoder->encode(batch.normalised, batch.covariates);
}

at::Tensor draws_of(Model& model, const Posterior& posterior, int64_t samples, const at::Generator& noise) {
  return model.flow->forward(draw(posterior, samples, noise), posterior.context).z;
}

at::Tensor embedding_of(Model& model, const Posterior& posterior) {
  if (model.flow->is_identity() || !posterior.log_var.defined()) return posterior.mean;
  if (model.config.embedding == "mode-path")
    return model.flow->forward(posterior.mean.unsqueeze(0), posterior.context).z.squeeze(0);
  const BaseDraws base = base_draws(posterior, model.config.embedding_samples);
  if (const auto moments = moments_by_flow(model, posterior, base)) return moments->mean;
  at::Tensor sum = at::zeros_like(posterior.mean);
  for_each_draws(model, posterior, base, [&](const at::Tensor& z) { sum += z.sum(0); });
  return sum / base.noise.size(0);
}

at::Tensor variance_of(Model& model, const Posterior& posterior) {
  if (model.flow->is_identity()) return posterior.log_var.exp();
  const BaseDraws base = base_draws(posterior, std::max<int64_t>(model.config.embedding_samples, 2));
  if (const auto moments = moments_by_flow(model, posterior, base)) return moments->variance;
  std::vector<at::Tensor> draws;
  for_each_draws(model, posterior, base, [&](const at::Tensor& z) { draws.push_back(z); });
  return at::cat(draws).var(0, true);
}

}  // namespace scprior::core
