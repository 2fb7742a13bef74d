// SPDX-License-Identifier: Apache-2.0
#include "config/toml_text.hpp"

#include <algorithm>

namespace scprior::core::config {

std::string TomlText::key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? key : to_toml(key);
}

void TomlText::component(const ComponentChoice& choice) {
  pair("type", choice.type);
  for (const auto& [name, value] : choice.options.values()) pair(name, value);
}

void TomlText::model(const ModelConfig& model, const std::string& key) {
  fields(model, model_fields());
  for (const ComponentField& field : component_fields()) {
    header(concat('[', key, '.', field.key, ']'));
    component(model.*field.member);
  }
  header(concat('[', key, ".train]"));
  fields(model.train, train_fields());
}

std::string inline_component(const ComponentChoice& choice) {
  std::string text = "{ type = " + to_toml(choice.type);
  for (const auto& [name, value] : choice.options.values()) text += concat(", ", name, " = ", to_toml(value));
  return text + " }";
}

}  // namespace scprior::core::config
