// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/model_file.hpp"

#include <algorithm>

#include "config/parse_toml.hpp"
#include "config/read_experiment.hpp"
#include "config/read_fields.hpp"
#include "config/read_model.hpp"
#include "config/toml_text.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::core {
namespace {

using config::Member;
using config::Node;
using config::Place;
using config::Problems;
using config::Section;
using config::Table;

/// The version that wrote the file, or "": read before anything is checked, to name it in a refusal.
std::string written_by(const Table& root) {
  const Member* origin = find(root, "origin");
  const Table* table = origin ? origin->value.table() : nullptr;
  const Member* version = table ? find(*table, "scprior") : nullptr;
  return version && version->value.text() ? *version->value.text() : "";
}

std::map<std::string, std::string> read_plugins(const Table& origin, Problems& problems) {
  std::map<std::string, std::string> plugins;
  const Table* table = config::subtable(origin, "origin", "plugins", problems);
  if (table == nullptr) return plugins;
  for (const Member& member : *table) {
    if (const std::string* version = member.value.text())
      plugins[member.key] = *version;
    else
      problems.add(member.value.place, "origin.plugins." + member.key, "must be of type text");
  }
  return plugins;
}

void read_origin(const Table& root, ModelFile& file, Problems& problems) {
  const Table* origin = config::subtable(root, "", "origin", problems);
  if (origin == nullptr) return;
  const Section section{"origin", "[origin]", find(root, "origin")->place};
  file = config::read_fields(*origin, section, config::origin_fields(), file, {"plugins"}, problems);
  file.plugins = read_plugins(*origin, problems);
}

/// Something is wrong: say which plugins the model was trained with and this host does not have.
void report_missing_plugins(const Table& root, const ModelFile& file, const PluginHost& host, Problems& problems) {
  const auto& known = host.components();
  for (const auto& [id, version] : file.plugins)
    if (std::none_of(known.begin(), known.end(), [&](const ComponentEntry& entry) { return entry.plugin_id == id; }))
      problems.add(find(root, "origin")->value.place, "origin.plugins",
                   concat("the model was trained with plugin \"", id, "\" ", version,
                          ", which is not loaded here; install it, or name its file with --plugin"));
}

void write_model(config::TomlText& out, const ModelConfig& model) {
  out.header("[model]");
  out.model(model, "model");
}

}  // namespace

std::map<std::string, std::string> plugins_of(const ModelConfig& model, const PluginHost& host) {
  std::map<std::string, std::string> plugins;
  for (const config::ComponentField& field : config::component_fields())
    if (const ComponentEntry* entry = host.find(field.kind, (model.*field.member).type); entry && !entry->owner)
      plugins[entry->plugin_id] = entry->plugin_version;
  return plugins;
}

std::string write_model_toml(const ModelFile& file) {
  config::TomlText out;
  out.comment("A trained model of scprior: how it is built and where it came from.");
  out.comment("weights.safetensors holds its numbers, genes.tsv its genes. Loading runs no code of these files.");
  out.pair("schema", newest_schema);
  out.header("[origin]");
  out.fields(file, config::origin_fields());
  out.header("[origin.plugins]");
  for (const auto& [id, version] : file.plugins) out.pair(id, version);
  out.header("[genes]");
  out.fields(file.genes, config::gene_fields());
  out.header("[split]");
  out.fields(file.split, config::split_fields());
  write_model(out, file.model);
  return out.text();
}

ModelFile read_model_toml(const std::string& text, const std::string& source, const PluginHost& host) {
  const Node root = config::parse_toml_text(text, source);
  const Table& table = *root.table();
  Problems problems;
  config::check_schema(root, written_by(table), problems);
  read_options(table, Section{"", "a model file", root.place}, {}, {"schema", "origin", "genes", "split", "model"},
               problems);
  ModelFile file;
  read_origin(table, file, problems);
  file.genes = config::read_section(table, "genes", config::gene_fields(), file.genes, problems);
  file.split = config::read_section(table, "split", config::split_fields(), file.split, problems);
  if (find(table, "model") == nullptr)
    problems.add(root.place, "model", "there is no [model], so this is no model file");
  else if (config::subtable(table, "", "model", problems))
    file.model = config::read_model(find(table, "model")->value, config::preset_model({}), host, problems);
  if (!problems.empty()) report_missing_plugins(table, file, host, problems);
  problems.throw_if_any();
  return file;
}

std::string model_toml_text(const ModelConfig& model) {
  config::TomlText out;
  out.pair("schema", newest_schema);
  write_model(out, model);
  return out.text();
}

ModelConfig read_model_config(const std::string& text, const std::string& source, const PluginHost& host) {
  return read_model_toml(text, source, host).model;
}

}  // namespace scprior::core
