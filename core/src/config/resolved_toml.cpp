// SPDX-License-Identifier: Apache-2.0
#include "config/toml_text.hpp"
#include "scprior/core/process.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::core {
namespace {

using config::TomlText;

std::vector<std::string> texts_of(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> out;
  for (const auto& path : paths) out.push_back(path.string());
  return out;
}

void write_metrics(TomlText& out, const std::vector<ComponentChoice>& metrics) {
  out.line("metrics = [");
  for (const ComponentChoice& metric : metrics) out.line("  " + config::inline_component(metric) + ",");
  out.line("]");
}

void write_data(TomlText& out, const DataConfig& data) {
  out.header("[[data]]");
  out.pair("name", data.name);
  out.pair("path", data.path.string());
  out.pair("label", data.label);
  out.pair("batch", data.batch);
  if (data.loader.type.empty()) return;
  out.header("[data.loader]");
  out.component(data.loader);
}

void write_cells_and_genes(TomlText& out, const ExperimentConfig& config) {
  out.header("[genes]");
  out.fields(config.genes, config::gene_fields());
  out.header("[split]");
  out.fields(config.split, config::split_fields());
}

}  // namespace

std::string resolved_toml(const ExperimentConfig& config) {
  TomlText out;
  out.comment("Every default written out by scprior " + version() + ".");
  out.pair("schema", newest_schema);
  out.pair("preset", std::string("paper"));
  out.pair("title", config.title);
  out.pair("output", config.output.string());
  out.pair("seeds", config.seeds);
  out.pair("threads", config.threads);
  out.pair("device", config.device);
  write_metrics(out, config.metrics);
  out.header("[plugins]");
  out.pair("paths", texts_of(config.plugin_paths));
  write_cells_and_genes(out, config);
  for (const DataConfig& data : config.data) write_data(out, data);
  for (const ModelConfig& model : config.models) {
    out.header("[[model]]");
    out.model(model, "model");
  }
  return out.text();
}

std::string fit_toml(const ExperimentConfig& config, const DataConfig& data, const ModelConfig& model, int64_t seed) {
  TomlText out;
  out.pair("schema", newest_schema);
  out.pair("seeds", std::vector<int64_t>{seed});
  out.pair("device", config.device);
  write_metrics(out, config.metrics);
  write_cells_and_genes(out, config);
  write_data(out, data);
  out.header("[[model]]");
  out.model(model, "model");
  return out.text();
}

}  // namespace scprior::core
