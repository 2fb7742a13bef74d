// SPDX-License-Identifier: Apache-2.0
#include "experiment/make_record.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <ctime>

#include "config/fields.hpp"
#include "io/read_file.hpp"
#include "scprior/core/installation.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/core/process.hpp"
#include "scprior/core/umap.hpp"
#include "scprior/fixed_order.hpp"

namespace scprior::core {
namespace {

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
  return text;
}

int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;
}

/// ", name = value" for every option that is not at its default.
std::string changed_options(scprior_kind kind, const ComponentChoice& choice, const PluginHost& host) {
  std::string text;
  const ComponentEntry* entry = host.find(kind, choice.type);
  if (!entry) return text;
  for (const OptionSpec& spec : entry->options) {
    const auto found = choice.options.values().find(spec.name);
    if (found == choice.options.values().end() || found->second == spec.default_value) continue;
    text += concat(text.empty() ? " (" : ", ", spec.name, " = ", to_toml(found->second));
  }
  return text.empty() ? text : text + ")";
}

/// "prior vamp (components = 100), flow iaf, ...": the components, with the options that are not at their defaults.
std::string describe_model(const ModelConfig& model, const PluginHost& host) {
  const auto part = [&](scprior_kind kind, const ComponentChoice& choice) {
    return choice.type + changed_options(kind, choice, host);
  };
  std::string text =
      model.is_autoencoder() ? "autoencoder without prior" : "prior " + part(SCPRIOR_KIND_PRIOR, model.prior);
  if (model.flow.type != "identity") text += ", flow " + part(SCPRIOR_KIND_FLOW, model.flow);
  return text + ", likelihood " + part(SCPRIOR_KIND_LIKELIHOOD, model.likelihood) + ", decoder " +
         part(SCPRIOR_KIND_DECODER, model.decoder) + concat(", ", model.latent, " latent units");
}

/// FNV-1a, 64 bits.
uint64_t hash_of(const std::string& bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

/// The contents of plugin files outside the installation: their authors build them again without a new version.
std::string plugins_in_work(const ModelConfig& model, const PluginHost& host) {
  std::string text;
  for (const config::ComponentField& field : config::component_fields()) {
    const ComponentEntry* entry = host.find(field.kind, (model.*field.member).type);
    std::error_code error;
    if (!entry || entry->file.parent_path() == plugin_folder() || !std::filesystem::exists(entry->file, error))
      continue;
    text += fmt::format("# {} is {:016x}\n", entry->plugin_id, hash_of(read_file(entry->file)));
  }
  return text;
}

}  // namespace

std::string fit_identity(const ExperimentConfig& config, const Dataset& data, const FitJob& job,
                         const PluginHost& host) {
  std::string text = fit_toml(config, *job.data, *job.model, job.seed);
  text += concat("\n# scprior ", version(), "; ", data.report.n_cells, " cells, ", data.report.n_file_genes, " genes, ",
                 static_cast<int64_t>(data.report.total_counts), " counts in the gene space\n");
  for (const auto& [id, plugin_version] : plugins_of(*job.model, host))
    text += concat("# ", id, ' ', plugin_version, '\n');
  return text + plugins_in_work(*job.model, host);
}

FitRecord make_record(TrainedModel& trained, const Dataset& data, const ModelEvaluation& evaluation,
                      const ExperimentConfig& config, const FitJob& job, const PluginHost& host, bool with_umap) {
  FitRecord record;
  record.data = job.data->name;
  record.model = job.model->name;
  record.seed = job.seed;
  record.is_autoencoder = job.model->is_autoencoder();
  record.description = describe_model(*job.model, host);
  record.configuration = fit_identity(config, data, job, host);
  record.n_cells = data.cells->n_cells();
  record.n_genes = data.cells->n_genes();
  record.n_train = static_cast<int64_t>(trained.split.train.size());
  record.n_validation = static_cast<int64_t>(trained.split.validation.size());
  record.n_test = static_cast<int64_t>(trained.split.test.size());
  record.n_latent = job.model->latent;
  record.seconds = trained.outcome.seconds;
  record.cells_per_second = trained.outcome.cells_per_second;
  record.epochs = static_cast<int64_t>(trained.outcome.history.size());
  record.best_epoch = trained.outcome.best_epoch;
  record.stop_reason = to_text(trained.outcome.stop);
  record.history = trained.outcome.history;
  for (const NamedMetricResult& named : evaluate_metrics(evaluation, config.metrics, host))
    add_metric(record, named.metric, named.result);
  if (record.n_test > 0)
    record.test_loss =
        -total(evaluation.test_log_likelihood()).item<double>() / static_cast<double>(record.n_test);
  if (evaluation.labels()) record.label = cell_column(job.data->label, *evaluation.labels());
  if (evaluation.batches()) record.batch = cell_column(job.data->batch, *evaluation.batches());
  if (with_umap) {
    const at::Tensor points = umap(evaluation.latent_mean(), 0);
    record.umap.assign(points.data_ptr<float>(), points.data_ptr<float>() + points.numel());
  }
  record.peak_memory = peak_memory_bytes();
  record.finished = now_text();
  return record;
}

}  // namespace scprior::core
