// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "scprior/core/config.hpp"
#include "scprior/core/model_file.hpp"
#include "scprior/options.hpp"

// One row per field of a configuration struct: its name, default, range and text, and the member that holds it.
// Reading, writing and describing all follow these rows, so they cannot disagree.

namespace scprior::core::config {

template <class Config>
struct Field {
  OptionSpec spec;
  std::variant<int64_t Config::*, double Config::*, std::string Config::*> member;
};

template <class Config>
using Fields = std::vector<Field<Config>>;

const Fields<TrainConfig>& train_fields();
const Fields<SplitConfig>& split_fields();
const Fields<GeneConfig>& gene_fields();
const Fields<ModelConfig>& model_fields();  ///< without the components and train
const Fields<ModelFile>& origin_fields();   ///< [origin] of a model.toml

/// The slots of a model, in the order in which they are written.
struct ComponentField {
  const char* key;
  scprior_kind kind;
  const char* default_type;
  ComponentChoice ModelConfig::* member;
};
const std::vector<ComponentField>& component_fields();

/// The rows as an option table.
template <class Config>
OptionTable table_of(const Fields<Config>& fields) {
  OptionTable table;
  for (const auto& field : fields) table.push_back(field.spec);
  return table;
}

/// Copies resolved options into the struct. An option without a value (it was wrong, and is reported) is left alone.
template <class Config>
void assign(Config& config, const Fields<Config>& fields, const Options& options) {
  for (const auto& field : fields) {
    const auto found = options.values().find(field.spec.name);
    if (found == options.values().end()) continue;
    std::visit(
        [&](auto member) {
          using Value = std::decay_t<decltype(config.*member)>;
          config.*member = std::get<Value>(found->second);
        },
        field.member);
  }
}

/// Name and value of every field, in order.
template <class Config>
std::vector<std::pair<std::string, OptionValue>> values_of(const Config& config, const Fields<Config>& fields) {
  std::vector<std::pair<std::string, OptionValue>> out;
  for (const auto& field : fields)
    out.emplace_back(field.spec.name,
                     std::visit([&](auto member) { return OptionValue(config.*member); }, field.member));
  return out;
}

}  // namespace scprior::core::config
