// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include "evaluate/blocks.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

/// A batch dense over all genes takes much more memory than one of latent units.
constexpr int64_t dense_block_cells = 64;

at::Tensor columns_of(std::span<const int64_t> genes, int64_t n_genes, at::Device device) {
  for (const int64_t gene : genes)
    if (gene < 0 || gene >= n_genes)
      fail(Status::argument, "gene ", gene, " does not exist: the model has genes 0 to ", n_genes - 1);
  return at::tensor(at::ArrayRef<int64_t>(genes.data(), genes.size()), at::kLong).to(device);
}

}  // namespace

void expected_counts(Model& model, const CellSource& cells, std::span<const int64_t> rows, double library,
                     std::span<const int64_t> genes, const BlockSink& sink, const InferenceProgress& progress) {
  if (!(library >= 0 && library <= 1e30))
    fail(Status::argument, "library = ", library, ": must be a number of counts above 0, or 0 for each cell's own");
  const int64_t n_genes = static_cast<int64_t>(model.genes.genes.size());
  const at::Tensor columns = columns_of(genes, n_genes, device_of(model));
  const auto block = [&](const CellBatch& batch, int64_t first) {
    const at::Tensor size = library > 0 ? at::full_like(batch.library, library) : batch.library;
    const at::Tensor z = embedding_of(model, encode(model, batch)).unsqueeze(0);
    const at::Tensor h = model.decoder->decode(z, batch.covariates);
    at::Tensor mean = model.likelihood->mean(h, size, batch.covariates).squeeze(0);
    if (!genes.empty()) mean = mean.index_select(1, columns);
    sink(first, mean.to(at::kCPU, at::kFloat).contiguous());
  };
  for_each_block(model, cells, rows, progress, block, dense_block_cells);
}

void posterior_counts(Model& model, const CellSource& cells, std::span<const int64_t> rows, uint64_t seed,
                      const BlockSink& sink, const InferenceProgress& progress) {
  const auto block = [&](const CellBatch& batch, int64_t first) {
    // A generator for each row, and one cell at a time: neither draws nor rounding depend on the other cells.
    const uint64_t of_row = stream_seed(seed, RandomStream::posterior) + static_cast<uint64_t>(rows[first]);
    const at::Generator noise = make_generator(stream_seed(of_row, RandomStream::noise), device_of(model));
    const at::Tensor z = draws_of(model, encode(model, batch), 1, noise);
    const at::Tensor h = model.decoder->decode(z, batch.covariates);
    const at::Tensor counts = model.likelihood->sample(h, batch.library, batch.covariates, noise).squeeze(0);
    sink(first, counts.to(at::kCPU, at::kFloat).contiguous());
  };
  for_each_block(model, cells, rows, progress, block, 1);
}

}  // namespace scprior::core
