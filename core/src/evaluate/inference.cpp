// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/inference.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "evaluate/blocks.hpp"

namespace scprior::core {
namespace {

/// ln p(x | z) for z [1, B, D]: [B].
at::Tensor block_log_likelihood(Model& model, const CellBatch& batch, const at::Tensor& z) {
  const at::Tensor h = model.decoder->decode(z, batch.covariates);
  return model.likelihood->log_prob(batch.counts, h, batch.library, batch.covariates).squeeze(0);
}

}  // namespace

at::Tensor embedding_variance(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                              const InferenceProgress& progress) {
  if (!model.prior)
    fail(Status::unsupported, "model \"", model.config.name,
         "\" is an autoencoder: its embedding is a point, without a variance");
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size()), model.config.latent}, at::kFloat);
  for_each_block(model, cells, rows, progress, [&](const CellBatch& batch, int64_t first) {
    out.slice(0, first, first + batch.counts.rows()).copy_(variance_of(model, encode(model, batch)));
  });
  return out;
}

at::Tensor embed(Model& model, const CellSource& cells, std::span<const int64_t> rows,
                 const InferenceProgress& progress) {
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size()), model.config.latent}, at::kFloat);
  for_each_block(model, cells, rows, progress, [&](const CellBatch& batch, int64_t first) {
    out.slice(0, first, first + batch.counts.rows()).copy_(embedding_of(model, encode(model, batch)));
  });
  return out;
}

at::Tensor sample_posterior(Model& model, const CellSource& cells, std::span<const int64_t> rows, uint64_t seed,
                            const InferenceProgress& progress) {
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size()), model.config.latent}, at::kFloat);
  const at::Generator noise = make_generator(seed, device_of(model));
  for_each_block(model, cells, rows, progress, [&](const CellBatch& batch, int64_t first) {
    out.slice(0, first, first + batch.counts.rows()).copy_(draws_of(model, encode(model, batch), 1, noise)[0]);
  });
  return out;
}

at::Tensor log_likelihood(Model& model, const CellSource& cells, std::span<const int64_t> rows, const at::Tensor& z) {
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size())}, at::kDouble);
  for_each_block(model, cells, rows, {}, [&](const CellBatch& batch, int64_t first) {
    const int64_t last = first + batch.counts.rows();
    const at::Tensor part = z.slice(0, first, last).to(batch.library.device()).unsqueeze(0);
    out.slice(0, first, last).copy_(block_log_likelihood(model, batch, part));
  });
  return out;
}

at::Tensor mean_log_likelihood(Model& model, const CellSource& cells, std::span<const int64_t> rows, int64_t draws,
                               uint64_t seed) {
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size())}, at::kDouble);
  const at::Generator noise = make_generator(seed, device_of(model));
  for_each_block(model, cells, rows, {}, [&](const CellBatch& batch, int64_t first) {
    const Posterior posterior = encode(model, batch);
    at::Tensor sum = at::zeros({batch.counts.rows()}, batch.library.options().dtype(at::kDouble));
    for (int64_t i = 0; i < draws; ++i)
      sum += block_log_likelihood(model, batch, draws_of(model, posterior, 1, noise));
    out.slice(0, first, first + batch.counts.rows()).copy_(sum / draws);
  });
  return out;
}

at::Tensor log_likelihood_bound(Model& model, const CellSource& cells, std::span<const int64_t> rows, int64_t draws,
                                uint64_t seed, const InferenceProgress& progress) {
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size())}, at::kDouble);
  const at::Generator noise = make_generator(seed, device_of(model));
  const at::NoGradGuard no_grad;
  model.eval();
  model.prepare_prior();
  for_each_block(model, cells, rows, progress, [&](const CellBatch& batch, int64_t first) {
    const Posterior posterior = encode(model, batch);
    at::Tensor sum = at::zeros({batch.counts.rows()}, batch.library.options().dtype(at::kDouble));
    for (int64_t i = 0; i < draws; ++i) {
      const FlowResult latent = model.flow->forward(draw(posterior, 1, noise), posterior.context);
      sum += block_log_likelihood(model, batch, latent.z) - kl_divergence(model, posterior, latent);
    }
    out.slice(0, first, first + batch.counts.rows()).copy_(sum / draws);
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

void sample_counts(Model& model, const at::Tensor& library, uint64_t seed, const BlockSink& sink,
                   const InferenceProgress& progress) {
  const at::NoGradGuard no_grad;
  const int64_t n = library.size(0);
  const at::Tensor z = sample_prior(model, n, seed);
  const at::Generator noise = make_generator(stream_seed(seed, RandomStream::noise), z.device());
  for (int64_t first = 0; first < n; first += block_cells) {
    const int64_t last = std::min(first + block_cells, n);
    const at::Tensor h = model.decoder->decode(z.slice(0, first, last).unsqueeze(0), {});
    const at::Tensor counts = model.likelihood->sample(h, library.slice(0, first, last).to(z.device()), {}, noise);
    sink(first, counts.squeeze(0).to(at::kCPU, at::kFloat).contiguous());
    if (progress && !progress(last, n)) throw Error(Status::cancelled, "stopped on request");
  }
}

CountMatrix sample_cells(Model& model, const at::Tensor& library, uint64_t seed) {
  std::vector<at::Tensor> lengths = {at::zeros({1}, at::kLong)}, columns, values;
  sample_counts(model, library, seed, [&](int64_t, const at::Tensor& counts) {
    const at::Tensor present = counts > 0;
    lengths.push_back(present.sum(1));
    columns.push_back(present.nonzero().select(1, 1).to(at::kInt));
    values.push_back(counts.masked_select(present));
  });
  const auto joined = [](const std::vector<at::Tensor>& parts, at::ScalarType type) {
    return parts.empty() ? at::empty({0}, type) : at::cat(parts);
  };
  return CountMatrix::from_csr({at::cat(lengths).cumsum(0), joined(columns, at::kInt), joined(values, at::kFloat),
                                static_cast<int64_t>(model.genes.genes.size())});
}

}  // namespace scprior::core
