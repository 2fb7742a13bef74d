// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/fields.hpp"

namespace scprior::core::config {

/// Writes a TOML document from top to bottom.
class TomlText {
 public:
  void comment(const std::string& text) { text_ += "# " + text + "\n"; }
  /// header with its brackets: "[split]", "[[model]]".
  void header(const std::string& header) { text_ += "\n" + header + "\n"; }
  void pair(const std::string& key, const OptionValue& value) { line(key_text(key) + " = " + to_toml(value)); }
  void line(const std::string& text) { text_ += text + "\n"; }

  template <class Config>
  void fields(const Config& config, const Fields<Config>& fields) {
    for (const auto& [name, value] : values_of(config, fields)) pair(name, value);
  }
  /// type and options of a component, a line each.
  void component(const ComponentChoice& choice);
  /// The keys of a model and its sub-tables [key.encoder], ..., [key.train].
  void model(const ModelConfig& model, const std::string& key);

  const std::string& text() const { return text_; }

 private:
  static std::string key_text(const std::string& key);
  std::string text_;
};

/// `{ type = "vamp", components = 500 }`
std::string inline_component(const ComponentChoice& choice);

}  // namespace scprior::core::config
