// SPDX-License-Identifier: Apache-2.0
#include "config/read_model.hpp"

#include <algorithm>
#include <cctype>

#include "config/read_fields.hpp"

namespace scprior::core::config {
namespace {

/// Reads a table of model keys. complete: it is a whole model, not defaults for models.
ModelBase read_table(const Table& table, const Section& section, ModelBase base, bool complete, const PluginHost& host,
                     Problems& problems) {
  Fields<ModelConfig> fields = model_fields();
  if (!complete) fields.erase(fields.begin());  // the name
  std::vector<std::string> elsewhere = {"train"};
  for (const ComponentField& field : component_fields()) elsewhere.push_back(field.key);
  base.config = read_fields(table, section, fields, base.config, elsewhere, problems);

  if (const Table* train = subtable(table, section.key, "train", problems)) {
    const std::string key = joined(section.key, "train");
    const Section of_train{key, key, find(table, "train")->place};
    base.config.train = read_fields(*train, of_train, train_fields(), base.config.train, {}, problems);
  }
  for (size_t i = 0; i < component_fields().size(); ++i) {
    const ComponentField& field = component_fields()[i];
    const Member* given = find(table, field.key);
    if (given == nullptr && !complete) continue;
    const ComponentSlot inherited = base.slots[i];
    const SlotContext context{field.kind, joined(section.key, field.key), section.place, complete,
                              field.kind == SCPRIOR_KIND_PRIOR, &inherited};
    base.slots[i] = read_component(given ? &given->value : nullptr, context, host, problems);
  }
  return base;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string made_name(const ModelConfig& model) {
  if (model.is_autoencoder()) return "AE";
  std::string name = "VAE";
  if (model.flow.type != "identity") name += "-" + upper(model.flow.type);
  if (model.prior.type != "standard_normal") name += "-" + upper(model.prior.type);
  return name;
}

void check_autoencoder(const ModelConfig& model, const ModelBase& base, const Section& section, Problems& problems) {
  if (!model.is_autoencoder() || model.flow.type == "identity" || model.flow.type.empty()) return;
  const auto place_of = [&](scprior_kind kind) {
    for (size_t i = 0; i < component_fields().size(); ++i)
      if (component_fields()[i].kind == kind && !base.slots[i].place.source.empty()) return base.slots[i].place;
    return section.place;
  };
  problems.add(place_of(SCPRIOR_KIND_PRIOR), joined(section.key, "prior"),
               concat("is \"none\" (a deterministic autoencoder), which cannot have the flow \"", model.flow.type,
                      "\" (", place_of(SCPRIOR_KIND_FLOW).text(), "); write flow = \"identity\", or choose a prior"));
}

}  // namespace

ModelBase preset_model(const TrainConfig& train) {
  ModelBase base;
  base.config.train = train;
  for (const ComponentField& field : component_fields()) {
    ComponentSlot slot;
    slot.choice.type = field.default_type;
    base.slots.push_back(slot);
  }
  return base;
}

ModelBase read_model_defaults(const Table& root, const ModelBase& base, const PluginHost& host, Problems& problems) {
  const std::string key = "model_defaults";
  const Table* table = subtable(root, "", key, problems);
  if (table == nullptr) return base;
  return read_table(*table, Section{key, "[" + key + "]", find(root, key)->place}, base, false, host, problems);
}

ModelConfig read_model(const Node& node, const ModelBase& base, const PluginHost& host, Problems& problems) {
  const Section section{"model", "[[model]]", node.place};
  const ModelBase read = read_table(*node.table(), section, base, true, host, problems);
  ModelConfig model = read.config;
  for (size_t i = 0; i < component_fields().size(); ++i) model.*component_fields()[i].member = read.slots[i].choice;
  check_autoencoder(model, read, section, problems);
  if (model.name.empty()) model.name = made_name(model);
  return model;
}

}  // namespace scprior::core::config
