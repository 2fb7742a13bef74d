// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "scprior/core/report.hpp"

// Invented fits that look like real ones: five models on fourteen kinds of cells.

namespace scprior::core::sample {

inline MetricRecord metric(const std::string& name, double value, MetricValue::Better better) {
  return {name, "", value, better, ""};
}

/// A bare fit with values of the paper's metrics.
inline FitRecord fit(const std::string& data, const std::string& model, int64_t seed, double active, double components,
                     double loss, double silhouette) {
  FitRecord record;
  record.data = data;
  record.model = model;
  record.seed = seed;
  record.is_autoencoder = model == "AE";
  record.metrics = {metric("active_units", active, MetricValue::Better::higher),
                    metric("principal_components", components, MetricValue::Better::neither),
                    metric("reconstruction_loss", loss, MetricValue::Better::lower),
                    metric("silhouette", silhouette, MetricValue::Better::higher)};
  return record;
}

struct Model {
  std::string name, description;
  double active, components, loss, silhouette, kl;
};

inline const std::vector<Model>& models() {
  static const std::vector<Model> all = {
      {"AE", "identity, no prior", 128, 44, 5012, 0.231, 0},
      {"VAE", "identity + standard_normal", 19, 15, 5108, 0.142, 29},
      {"VAE-IAF", "iaf (5 steps) + standard_normal", 128, 96, 5071, 0.118, 41},
      {"VAE-VAMP", "identity + vamp, K = 500", 93, 12, 5064, 0.226, 38},
      {"IAF+VAMP", "iaf (5 steps) + vamp, K = 500", 121, 31, 5059, 0.187, 44}};
  return all;
}

/// Codes and UMAP-like clouds of cells, a curved cloud for each label.
inline void add_cells(FitRecord& record, int64_t n_cells, double spread, std::mt19937_64& random) {
  const std::vector<std::string> names = {"acinar", "activated_stellate", "alpha", "beta", "delta", "ductal",
                                          "endothelial", "epsilon", "gamma", "macrophage", "mast",
                                          "quiescent_stellate", "schwann", "t_cell"};
  const std::vector<double> sizes = {110, 51, 236, 872, 214, 120, 130, 13, 70, 14, 8, 92, 5, 2};
  std::mt19937_64 same_cells(5);  // every model sees the same cells
  std::discrete_distribution<int32_t> kind(sizes.begin(), sizes.end()), library({5, 4, 3});
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  record.n_cells = n_cells;
  record.label = {"cell_type", names, {}};
  record.batch = {"batch", {"lib1", "lib2", "lib3"}, {}};
  std::vector<double> x, y, turn;
  for (size_t i = 0; i < names.size(); ++i) {
    x.push_back(9 * std::cos(2.4 * static_cast<double>(i)) * std::sqrt(0.2 + static_cast<double>(i) / 14));
    y.push_back(9 * std::sin(2.4 * static_cast<double>(i)) * std::sqrt(0.2 + static_cast<double>(i) / 14));
    turn.push_back(6.28 * uniform(random));
  }
  for (int64_t i = 0; i < n_cells; ++i) {
    const int32_t code = kind(same_cells);
    const double along = 1.2 * spread * normal(random) * std::pow(sizes[code] / 100, 0.3);
    const double across = 0.35 * spread * normal(random) + 0.3 * along * along / spread;
    record.label.codes.push_back(code);
    record.batch.codes.push_back(i % 97 == 0 ? -1 : library(same_cells));
    record.umap.push_back(static_cast<float>(x[code] + along * std::cos(turn[code]) - across * std::sin(turn[code])));
    record.umap.push_back(static_cast<float>(y[code] + along * std::sin(turn[code]) + across * std::cos(turn[code])));
  }
}

inline void add_history(FitRecord& record, const Model& model, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  record.epochs = 180 + static_cast<int64_t>(random() % 120);
  record.best_epoch = record.epochs - 40;
  for (int64_t e = 1; e <= record.epochs; ++e) {
    const double fall = std::exp(-static_cast<double>(e) / 25);
    EpochRecord epoch;
    epoch.epoch = e;
    epoch.reconstruction = model.loss - 60 + 4200 * fall * fall + 380 * fall + 3 * normal(random);
    epoch.kl = model.kl * (1 - 0.7 * fall) + 0.3 * model.kl * fall * normal(random) * 0.2;
    epoch.penalty = 14 + 120 * fall;
    epoch.train_loss = epoch.reconstruction + epoch.kl + epoch.penalty;
    const double overfit = 0.0004 * std::pow(std::max<double>(0, static_cast<double>(e - record.best_epoch)), 2);
    epoch.validation_loss = epoch.train_loss + 65 + overfit + 5 * normal(random);
    epoch.learning_rate = 5e-5 * std::pow(0.5, static_cast<double>(e / 60));
    record.history.push_back(epoch);
  }
}

/// A covariance with structure off the diagonal in proportion to `structure`, and what follows from it.
inline void add_units(FitRecord& record, const Model& model, double structure, std::mt19937_64& random) {
  constexpr int64_t n = 128, rank = 12;
  std::normal_distribution<double> normal;
  std::vector<double> scale(n), loading(n * rank);
  for (auto& value : loading) value = normal(random);
  for (int64_t i = 0; i < n; ++i) {
    const bool active = static_cast<double>((i * 37) % n) < model.active;
    scale[i] = active ? std::exp(0.4 * normal(random)) : 0.004;
  }
  ArrayRecord covariance{"latent_covariance", "covariance", {n, n}, std::vector<float>(n * n), {}};
  ArrayRecord variance{"active_units", "variance", {n}, {}, {}};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double product = i == j ? 1 : 0;
      for (int64_t k = 0; k < rank; ++k) product += structure * loading[i * rank + k] * loading[j * rank + k] / rank;
      const double width = record.is_autoencoder ? 40 : 1;
      covariance.values[i * n + j] = static_cast<float>(scale[i] * scale[j] * product * width);
    }
    variance.values.push_back(covariance.values[i * n + i]);
  }
  std::sort(variance.values.rbegin(), variance.values.rend());
  ArrayRecord cumulative{"principal_components", "cumulative", {n}, {}, {}};
  for (int64_t i = 1; i <= n; ++i)
    cumulative.values.push_back(static_cast<float>(1 - std::pow(0.05, static_cast<double>(i) / model.components)));
  record.arrays = {variance, cumulative, covariance};
}

inline std::vector<FitRecord> records(int64_t n_cells, int64_t n_seeds) {
  std::vector<FitRecord> all;
  for (const Model& model : models()) {
    for (int64_t seed = 1; seed <= n_seeds; ++seed) {
      std::mt19937_64 random(1000 * seed + all.size());
      std::normal_distribution<double> normal;
      const double active = model.active < 128 ? std::round(model.active + normal(random)) : 128;
      FitRecord record = fit("pancreas_baron_h1", model.name, seed, active,
                             std::round(model.components + normal(random)), model.loss + 4 * normal(random),
                             model.silhouette + 0.008 * normal(random));
      record.description = model.description;
      record.metrics.push_back({"active_units", "share", model.active / 128, MetricValue::Better::higher, ""});
      record.metrics.push_back(
          {"principal_components", "99", std::round(1.6 * model.components), MetricValue::Better::neither, ""});
      record.metrics.push_back({"silhouette", "beta", model.silhouette + 0.2, MetricValue::Better::higher, ""});
      record.n_genes = 19957;
      record.n_train = n_cells - 2 * (n_cells / 10);
      record.n_validation = record.n_test = n_cells / 10;
      record.n_latent = 128;
      record.stop_reason = "no improvement of the validation loss for 40 epochs";
      record.finished = "2025-11-24 18:02";
      record.peak_memory = 1'630'000'000;
      record.test_loss = model.loss;
      add_cells(record, n_cells, record.is_autoencoder ? 0.8 : 1.6 - 4 * model.silhouette, random);
      add_history(record, model, random);
      add_units(record, model, model.name.find("VAMP") != std::string::npos ? 1.0 : 0.06, random);
      const bool flow = model.name.find("IAF") != std::string::npos;
      record.seconds = (flow ? 0.5 : 0.25) * static_cast<double>(record.epochs);
      record.cells_per_second = static_cast<double>(record.n_train * record.epochs) / record.seconds;
      all.push_back(std::move(record));
    }
  }
  return all;
}

inline ReportInput report(int64_t n_cells, int64_t n_seeds) {
  ReportInput input;
  input.title = "Quickstart: five models on the human pancreas";
  input.records = records(n_cells, n_seeds);
  DataReport data;
  data.matrix = "X";
  data.gene_names_from = "index";
  data.n_cells = n_cells;
  data.n_file_genes = 20125;
  data.n_space_genes = 19957;
  data.n_matched_genes = 17974;
  data.n_dropped_genes = 2147;
  data.n_merged_genes = 4;
  data.dropped_count_share = 0.0312;
  data.total_counts = 11873401;
  data.median_counts = 5346;
  data.density = 0.0892;
  data.notes = {"4 genes of the file share the name of another and were added to it: KIR3DL3, PRAMEF8, TBCE, SMIM40."};
  input.data = {{"pancreas_baron_h1", "examples/data/pancreas_baron_h1.h5ad", data}};
  input.configuration =
      "schema = 1\ntitle = \"Quickstart\"\nseeds = [1, 2]\n\n[train]\nlearning_rate = 5e-05\nmax_epochs = 300\n";
  input.versions = standard_versions();
  input.versions.push_back({"Plugin prior_vamp", "0.1.0, Apache-2.0"});
  input.machine = this_machine();
  input.machine.push_back({"Threads", "2"});
  input.machine.push_back({"Device", "cpu"});
  input.machine.push_back({"Time of the whole run", "5 min 12 s"});
  input.citations = {"Tomczak, Welling 2018, AISTATS", "Kingma et al. 2016, NeurIPS"};
  return input;
}

}  // namespace scprior::core::sample
