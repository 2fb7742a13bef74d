// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include "measure.hpp"
#include "scprior/core/model.hpp"
#include "scprior/core/plugin_host.hpp"
#include "scprior/core/umap.hpp"
#include "scprior/error.hpp"
#include "scprior/metric.hpp"
#include "stopwatch.hpp"

namespace scprior::bench {
namespace {

constexpr int64_t n_units = 128, n_types = 12;

/// A made-up latent space of 12 round clusters; metrics that need a model are not measured on it.
class LatentCells : public Evaluation {
 public:
  explicit LatentCells(int64_t n_cells) {
    const at::Generator noise = core::make_generator(3, at::kCPU);
    labels_.codes = at::arange(n_cells).remainder(n_types);
    for (int64_t type = 0; type < n_types; ++type) labels_.names.push_back(concat("type", type));
    mean_ = at::randn({n_types, n_units}, noise).index_select(0, labels_.codes) + at::randn({n_cells, n_units}, noise);
    rows_ = at::arange(n_cells);
    library_ = at::full({n_cells}, 2500.0f);
  }

  int64_t n_cells() const override { return mean_.size(0); }
  const at::Tensor& test_cells() const override { return rows_; }
  const at::Tensor& latent_mean() const override { return mean_; }
  const at::Tensor& latent_sample() const override { return mean_; }
  const at::Tensor& library() const override { return library_; }
  const at::Tensor& test_log_likelihood() const override { no_model(); }
  const at::Tensor& test_log_likelihood_sampled() const override { no_model(); }
  const Labels* labels() const override { return &labels_; }
  const Labels* batches() const override { return nullptr; }
  bool has_prior() const override { return false; }
  at::Tensor prior_samples(int64_t) const override { no_model(); }

 private:
  [[noreturn]] static void no_model() { fail(Status::unsupported, "made-up latent values have no model"); }

  Labels labels_;
  at::Tensor mean_, rows_, library_;
};

}  // namespace

Measured measure_metrics(const MeasureArguments& arguments) {
  core::PluginHost host;
  host.load_standard_folders();
  const LatentCells cells(arguments.cells);
  Measured out;
  for (const char* name : {"silhouette", "active_units", "principal_components", "latent_covariance"}) {
    const auto metric = host.create<Metric>(name, Options::resolve(host.find(SCPRIOR_KIND_METRIC, name)->options, {}));
    const Stopwatch watch;
    metric->evaluate(cells);
    out.values[name] = watch.seconds();
  }
  return out;
}

Measured measure_umap(const MeasureArguments& arguments) {
  const LatentCells cells(arguments.cells);
  const Stopwatch watch;
  core::umap(cells.latent_mean(), 0);
  return {{{"seconds", watch.seconds()}}, {}};
}

}  // namespace scprior::bench
