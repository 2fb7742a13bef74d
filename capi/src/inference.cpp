// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/inference.hpp"

#include <ATen/ops/empty.h>

#include <numeric>

#include "data.hpp"
#include "grid.hpp"
#include "model.hpp"
#include "runtime.hpp"
#include "scprior.h"

using namespace scprior;

namespace scprior::capi {
namespace {

/// A trained model and data in its genes, for one call.
class Pass {
 public:
  Pass(scprior_model* model, const scprior_data* data)
      : model_(model), trained_(model_->need_trained()), data_(data) {
    dataset_ = data_->in_space(trained_.model.genes, "", "", *host());
    rows_.resize(static_cast<size_t>(dataset_.cells->n_cells()));
    std::iota(rows_.begin(), rows_.end(), 0);
  }

  core::Model& model() { return trained_.model; }
  const core::CellSource& cells() const { return *dataset_.cells; }
  int64_t n_cells() const { return static_cast<int64_t>(rows_.size()); }
  int64_t n_latent() const { return trained_.model.config.latent; }
  int64_t n_genes() const { return static_cast<int64_t>(trained_.model.genes.genes.size()); }

  std::span<const int64_t> rows() const { return rows_; }
  std::span<const int64_t> rows(int64_t first, int64_t n) const {
    need(first >= 0 && n >= 0 && first <= n_cells() && n <= n_cells() - first, "cells ", first, " to ", first, " + ", n,
         " - 1 are asked for, but the data have cells 0 to ", n_cells() - 1);
    return rows().subspan(static_cast<size_t>(first), static_cast<size_t>(n));
  }

  core::InferenceProgress going() {
    return [this](int64_t, int64_t) { return !model_->cancelled; };
  }

 private:
  InUse<Model> model_;
  core::TrainedModel& trained_;
  InUse<Data> data_;
  Computation computation_;
  core::Dataset dataset_;
  std::vector<int64_t> rows_;
};

uint64_t checked_seed(int64_t seed) {
  need(seed >= 0, "seed is ", seed, ", must be 0 or more");
  return static_cast<uint64_t>(seed);
}

int64_t checked_number(int64_t n) {
  need(n >= 0 && n <= int64_t{1} << 31, "n is ", n, ", must be from 0 to 2147483648");
  return n;
}

}  // namespace
}  // namespace scprior::capi

int32_t scprior_embed(scprior_model* model, const scprior_data* data, float* out, int64_t row_stride,
                      int64_t column_stride) {
  return capi::guarded([&] {
    capi::Pass pass(model, data);
    const capi::Grid grid(out, pass.n_cells(), pass.n_latent(), row_stride, column_stride);
    grid.write(0, core::embed(pass.model(), pass.cells(), pass.rows(), pass.going()));
  });
}

int32_t scprior_embed_variance(scprior_model* model, const scprior_data* data, float* out, int64_t row_stride,
                               int64_t column_stride) {
  return capi::guarded([&] {
    capi::Pass pass(model, data);
    const capi::Grid grid(out, pass.n_cells(), pass.n_latent(), row_stride, column_stride);
    grid.write(0, core::embedding_variance(pass.model(), pass.cells(), pass.rows(), pass.going()));
  });
}

int32_t scprior_embed_sample(scprior_model* model, const scprior_data* data, int64_t seed, float* out,
                             int64_t row_stride, int64_t column_stride) {
  return capi::guarded([&] {
    const uint64_t from = capi::checked_seed(seed);
    capi::Pass pass(model, data);
    const capi::Grid grid(out, pass.n_cells(), pass.n_latent(), row_stride, column_stride);
    grid.write(0, core::sample_posterior(pass.model(), pass.cells(), pass.rows(), from, pass.going()));
  });
}

int32_t scprior_expected_counts(scprior_model* model, const scprior_data* data, int64_t first_cell, int64_t n_cells,
                                double library, const int64_t* genes, int64_t n_genes, float* out, int64_t row_stride,
                                int64_t column_stride) {
  return capi::guarded([&] {
    capi::Pass pass(model, data);
    const auto rows = pass.rows(first_cell, n_cells);
    capi::need(!genes || (n_genes > 0 && n_genes <= 1 << 30), "n_genes is ", n_genes, ", must be 1 or more");
    const std::span<const int64_t> columns(genes, genes ? static_cast<size_t>(n_genes) : 0);
    const capi::Grid grid(out, n_cells, genes ? n_genes : pass.n_genes(), row_stride, column_stride);
    core::expected_counts(pass.model(), pass.cells(), rows, library, columns,
                          [&](int64_t first, const at::Tensor& block) { grid.write(first, block); }, pass.going());
  });
}

int32_t scprior_posterior_counts(scprior_model* model, const scprior_data* data, int64_t first_cell, int64_t n_cells,
                                 int64_t seed, float* out, int64_t row_stride, int64_t column_stride) {
  return capi::guarded([&] {
    const uint64_t from = capi::checked_seed(seed);
    capi::Pass pass(model, data);
    const auto rows = pass.rows(first_cell, n_cells);
    const capi::Grid grid(out, n_cells, pass.n_genes(), row_stride, column_stride);
    core::posterior_counts(pass.model(), pass.cells(), rows, from,
                           [&](int64_t first, const at::Tensor& block) { grid.write(first, block); }, pass.going());
  });
}

int32_t scprior_prior_sample(scprior_model* handle, int64_t n, int64_t seed, float* out, int64_t row_stride,
                             int64_t column_stride) {
  return capi::guarded([&] {
    const uint64_t from = capi::checked_seed(seed);
    const capi::InUse<capi::Model> model(handle);
    core::Model& trained = model->need_trained().model;
    const capi::Grid grid(out, capi::checked_number(n), trained.config.latent, row_stride, column_stride);
    const capi::Computation computation;
    const at::Tensor draws = core::sample_prior(trained, n, from);
    grid.write(0, draws.to(at::kCPU, at::kFloat));
  });
}

int32_t scprior_prior_counts(scprior_model* handle, int64_t n, const double* library, int64_t seed, float* out,
                             int64_t row_stride, int64_t column_stride) {
  return capi::guarded([&] {
    const uint64_t from = capi::checked_seed(seed);
    const capi::InUse<capi::Model> model(handle);
    core::Model& trained = model->need_trained().model;
    const auto n_genes = static_cast<int64_t>(trained.genes.genes.size());
    const capi::Grid grid(out, capi::checked_number(n), n_genes, row_stride, column_stride);
    capi::need(library || n == 0, "library is NULL");
    const at::Tensor sizes = at::empty({n}, at::kFloat);
    for (int64_t i = 0; i < n; ++i) {
      capi::need(library[i] >= 0 && library[i] <= 1e30, "library[", i, "] is ", library[i],
                 ", must be a number of counts, 0 or more");
      sizes.data_ptr<float>()[i] = static_cast<float>(library[i]);
    }
    const capi::Computation computation;
    core::sample_counts(trained, sizes, from,
                        [&](int64_t first, const at::Tensor& block) { grid.write(first, block); },
                        [&](int64_t, int64_t) { return !model->cancelled; });
  });
}

int32_t scprior_log_likelihood_bound(scprior_model* model, const scprior_data* data, int64_t samples, int64_t seed,
                                     double* out) {
  return capi::guarded([&] {
    const uint64_t from = capi::checked_seed(seed);
    capi::need(samples >= 1, "samples is ", samples, ", must be 1 or more");
    capi::need(out, "out is NULL");
    capi::Pass pass(model, data);
    const at::Tensor bound =
        core::log_likelihood_bound(pass.model(), pass.cells(), pass.rows(), samples, from, pass.going()).contiguous();
    std::copy_n(bound.data_ptr<double>(), bound.numel(), out);
  });
}
