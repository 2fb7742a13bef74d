// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/parse_toml.hpp"
#include "config/read_experiment.hpp"
#include "config/settings.hpp"
#include "config/toml_text.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/core/process.hpp"

namespace scprior::core {
namespace {

using config::List;
using config::Member;
using config::Node;
using config::Place;
using config::Problems;
using config::Table;

const Place nowhere{config::caller, 0, 0, ""};

/// Keys of an experiment that say nothing about a model, and where their values are given instead.
const std::vector<std::pair<std::string, std::string>> not_of_a_model = {
    {"seed", "the seed is given to the fit"},
    {"seeds", "the seed is given to the fit"},
    {"threads", "the number of threads is set for all computations, by scprior_set_threads()"},
    {"label", "the column of cell types is given to the fit"},
    {"batch", "the column of experimental batches is given to the fit"},
    {"loader", "loaders belong to data: settings of scprior_data_open()"},
    {"data", "data are given to the fit"},
    {"output", "a model has no folder before it is saved"},
    {"metrics", "metrics are named when a model is evaluated"}};

/// Reports and removes them, so that what is wrong with their values is not told too.
void refuse_strangers(Table& table, Problems& problems) {
  for (const auto& [key, reason] : not_of_a_model) {
    const Member* member = find(table, key);
    if (member == nullptr) continue;
    problems.add(member->place, key, concat("is no part of a model's description: ", reason));
    std::erase_if(table, [&](const Member& other) { return other.key == key; });
  }
}

/// `prior = "vamp"` and `prior = { type = "vamp" }` are the same.
const std::string* type_of(const Node& node) {
  if (node.text()) return node.text();
  const Member* type = node.table() ? find(*node.table(), "type") : nullptr;
  return type ? type->value.text() : nullptr;
}

/// Puts `over` in place of what `base` says of the same keys. Options of a component are kept only with its type.
void override_with(Table& base, const Table& over) {
  for (const Member& member : over) {
    Member* old = find(base, member.key);
    if (old == nullptr) {
      base.push_back(member);
      continue;
    }
    const std::string *was = type_of(old->value), *is = type_of(member.value);
    const bool other_type = is && (!was || *was != *is);
    if (member.value.table() && old->value.text())
      old->value.value = Table{{"type", old->value.place, Node{old->value.place, *old->value.text(), ""}}};
    if (member.value.table() && old->value.table() && !other_type)
      override_with(std::get<Table>(old->value.value), *member.value.table());
    else if (!(member.value.text() && old->value.table() && is && !other_type))  // the same type: nothing changes
      *old = member;
  }
}

/// The table of the only [[model]], made where there is none; nullptr if there are several or it is something else.
Table* only_model(Table& root, Problems& problems) {
  Member* member = find(root, "model");
  if (member == nullptr) {
    root.push_back({"model", nowhere, Node{nowhere, List{Node{nowhere, Table{}, ""}}, ""}});
    member = &root.back();
  }
  List* list = std::get_if<List>(&member->value.value);
  if (list == nullptr || list->empty()) return nullptr;  // reported when it is read
  if (list->size() > 1) {
    problems.add(member->place, "model", concat("there are ", list->size(), " [[model]], must be one"));
    return nullptr;
  }
  return std::get_if<Table>(&list->front().value);
}

}  // namespace

ExperimentConfig model_from_settings(const std::string& toml, const std::vector<std::string>& settings,
                                     const PluginHost& host) {
  Node root = toml.empty() ? Node{nowhere, Table{}, ""} : config::parse_toml_text(toml, "model text");
  Table& table = std::get<Table>(root.value);
  Problems problems;
  if (!find(table, "schema")) table.push_back({"schema", nowhere, Node{nowhere, newest_schema, ""}});
  config::check_schema(root, "", problems);
  refuse_strangers(table, problems);

  config::Settings given;
  config::add_settings(settings, config::caller, given, problems);
  refuse_strangers(given.root, problems);
  refuse_strangers(given.data, problems);
  if (Table* model = only_model(table, problems)) {
    // Settings win over everything in the text, also over a model's own `train = { ... }`.
    if (const Member* train = find(given.root, "train"); train && train->value.table()) {
      given.model.push_back(*train);
      std::erase_if(given.root, [](const Member& member) { return member.key == "train"; });
    }
    override_with(*model, given.model);
  }
  override_with(table, given.root);

  ExperimentConfig config = config::read_experiment(root, std::filesystem::current_path(),
                                                    {.only_known_metrics = true, .wants_data = false}, host, problems);
  problems.throw_if_any();
  return config;
}

std::string model_settings_toml(const ExperimentConfig& config) {
  config::TomlText out;
  out.comment("Every default written out by scprior " + version() + ".");
  out.pair("schema", newest_schema);
  out.pair("preset", std::string("paper"));
  out.pair("device", config.device);
  out.header("[genes]");
  out.fields(config.genes, config::gene_fields());
  out.header("[split]");
  out.fields(config.split, config::split_fields());
  out.header("[[model]]");
  out.model(config.models.front(), "model");
  return out.text();
}

}  // namespace scprior::core
