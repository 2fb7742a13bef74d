// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/inference.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "objective/elbo.hpp"
#include "scprior/core/batches.hpp"
#include "train/to_device.hpp"

namespace scprior::core {
namespace {

constexpr int64_t block_cells = 512;
constexpr uint64_t embedding_seed = 20200713;  // fixed, so that an embedding is a function of model and cell

at::Device device_of(const Model& model) {
  const auto entries = model.entries();
  return entries.empty() ? at::Device(at::kCPU) : entries.front().tensor->device();
}

/// Calls body(batch, first row) for the blocks of `rows`, in evaluation mode and without gradients.
void for_each_block(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                    const InferenceProgress& progress,
                    const std::function<void(const CellBatch&, int64_t first)>& body) {
  const at::NoGradGuard no_grad;
  const at::Device device = device_of(model);
  model.eval();
  const int64_t n = static_cast<int64_t>(rows.size());
  for (int64_t first = 0; first < n; first += block_cells) {
    const int64_t size = std::min(block_cells, n - first);
    body(to_device(make_batch(cells, rows.subspan(first, size)), device), first);
    if (progress && !progress(first + size, n)) throw Error(Status::cancelled, "stopped on request");
  }
}

/// The draws of one block after the flow: [S, B, D].
at::Tensor draws_of(Model& model, const CellBatch& batch, int64_t samples, const at::Generator& noise) {
  const Posterior posterior = model.encoder->encode(batch.normalised, batch.covariates);
  return model.flow->forward(draw(posterior, samples, noise), posterior.context).z;
}

at::Tensor embed_block(Model& model, const CellBatch& batch) {
  const Posterior posterior = model.encoder->encode(batch.normalised, batch.covariates);
  if (model.flow->is_identity() || !posterior.log_var.defined()) return posterior.mean;
  if (model.config.embedding == "mode-path")
    return model.flow->forward(posterior.mean.unsqueeze(0), posterior.context).z.squeeze(0);
  // The same noise for every cell: up to rounding, a cell's embedding does not depend on the other cells.
  const at::Generator noise = make_generator(embedding_seed, posterior.mean.device());
  const int64_t samples = model.config.embedding_samples, n_latent = posterior.mean.size(1);
  const at::Tensor epsilon = at::empty({samples, 1, n_latent}, posterior.mean.options()).normal_(0, 1, noise);
  const at::Tensor scale = (0.5 * posterior.log_var).exp();
  at::Tensor sum = at::zeros_like(posterior.mean);
  constexpr int64_t samples_at_once = 8;  // bounds memory: a block of 512 cells has 8 · 512 rows in flight
  for (int64_t first = 0; first < samples; first += samples_at_once) {
    const at::Tensor part = epsilon.slice(0, first, std::min(first + samples_at_once, samples));
    sum += model.flow->forward(posterior.mean + scale * part, posterior.context).z.sum(0);
  }
  return sum / samples;
}

at::Tensor block_log_likelihood(Model& model, const CellBatch& batch, const at::Tensor& z) {
  const at::Tensor h = model.decoder->decode(z, batch.covariates);
  return model.likelihood->log_prob(batch.counts, h, batch.library, batch.covariates);  // [S, B]
}

}  // namespace

at::Tensor embed(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                 const InferenceProgress& progress) {
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size()), model.config.latent}, at::kFloat);
  for_each_block(model, cells, rows, progress, [&](const CellBatch& batch, int64_t first) {
    out.slice(0, first, first + batch.counts.rows()).copy_(embed_block(model, batch));
  });
  return out;
}

at::Tensor sample_posterior(Model& model, const CellSource& cells, std::span<const int64_t> rows, uint64_t seed) {
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size()), model.config.latent}, at::kFloat);
  const at::Generator noise = make_generator(seed, device_of(model));
  for_each_block(model, cells, rows, {}, [&](const CellBatch& batch, int64_t first) {
    out.slice(0, first, first + batch.counts.rows()).copy_(draws_of(model, batch, 1, noise).squeeze(0));
  });
  return out;
}

at::Tensor log_likelihood(Model& model, const CellSource& cells, std::span<const int64_t> rows, const at::Tensor& z) {
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size())}, at::kDouble);
  for_each_block(model, cells, rows, {}, [&](const CellBatch& batch, int64_t first) {
    const int64_t last = first + batch.counts.rows();
    const at::Tensor part = z.slice(0, first, last).to(batch.library.device()).unsqueeze(0);
    out.slice(0, first, last).copy_(block_log_likelihood(model, batch, part).squeeze(0));
  });
  return out;
}

at::Tensor mean_log_likelihood(Model& model, const CellSource& cells, std::span<const int64_t> rows, int64_t draws,
                               uint64_t seed) {
  at::Tensor out = at::zeros({static_cast<int64_t>(rows.size())}, at::kDouble);
  const at::Generator noise = make_generator(seed, device_of(model));
  for_each_block(model, cells, rows, {}, [&](const CellBatch& batch, int64_t first) {
    at::Tensor part = out.slice(0, first, first + batch.counts.rows());
    for (int64_t i = 0; i < draws; ++i)
      part +=
          block_log_likelihood(model, batch, draws_of(model, batch, 1, noise)).squeeze(0).to(at::kCPU, at::kDouble) /
          draws;
  });
  return out;
}

at::Tensor sample_prior(Model& model, int64_t n, uint64_t seed) {
  if (!model.prior)
    fail(
        Status::unsupported, "model \"", model.config.name,
        "\" is an autoencoder: it has no prior, so no cells can be drawn from it; train with a prior such as \"vamp\"");
  const at::NoGradGuard no_grad;
  model.eval();
  model.prepare_prior();
  return model.prior->sample(n, make_generator(seed, device_of(model)));
}

CountMatrix sample_cells(Model& model, const at::Tensor& library, uint64_t seed) {
  const at::NoGradGuard no_grad;
  const int64_t n = library.size(0);
  const at::Tensor z = sample_prior(model, n, seed);
  const at::Generator noise = make_generator(stream_seed(seed, RandomStream::noise), z.device());
  std::vector<at::Tensor> lengths, columns, values;
  for (int64_t first = 0; first < n; first += block_cells) {
    const int64_t last = std::min(first + block_cells, n);
    const at::Tensor h = model.decoder->decode(z.slice(0, first, last).unsqueeze(0), {});
    const at::Tensor counts =
        model.likelihood->sample(h, library.slice(0, first, last).to(z.device()), {}, noise).squeeze(0).cpu();
    const at::Tensor present = counts > 0;
    lengths.push_back(present.sum(1));
    columns.push_back(present.nonzero().select(1, 1).to(at::kInt));
    values.push_back(counts.masked_select(present).to(at::kFloat));
  }
  const at::Tensor row_ptr = at::cat({at::zeros({1}, at::kLong), at::cat(lengths).cumsum(0)});
  return CountMatrix::from_csr(
      {row_ptr, at::cat(columns), at::cat(values), static_cast<int64_t>(model.genes.genes.size())});
}

}  // namespace scprior::core
