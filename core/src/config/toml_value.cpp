// SPDX-License-Identifier: Apache-2.0
#include "config/toml_value.hpp"

namespace scprior::core {
namespace {

template <class T, class Stored>
std::vector<T> list_of(const toml::array& array) {
  std::vector<T> values;
  for (const toml::node& element : array) values.push_back(static_cast<T>(element.ref<Stored>()));
  return values;
}

std::optional<OptionValue> list_value(const toml::array& array) {
  bool whole = true, number = true, text = true;
  for (const toml::node& element : array) {
    whole &= element.is_integer();
    number &= element.is_number();
    text &= element.is_string();
  }
  if (whole) return list_of<int64_t, int64_t>(array);
  if (number) {
    std::vector<double> values;
    for (const toml::node& element : array) values.push_back(*element.value<double>());
    return values;
  }
  if (text) return list_of<std::string, std::string>(array);
  return std::nullopt;
}

}  // namespace

std::optional<OptionValue> option_value(const toml::node& node) {
  if (const auto* value = node.as_boolean()) return value->get();
  if (const auto* value = node.as_integer()) return value->get();
  if (const auto* value = node.as_floating_point()) return value->get();
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* array = node.as_array()) return list_value(*array);
  return std::nullopt;
}

std::optional<OptionValue> option_value_of_text(std::string_view text) {
  try {
    const std::string document = "value = " + std::string(text);
    const toml::table table = toml::parse(std::string_view(document));
    if (table.size() != 1) return std::nullopt;
    return option_value(*table.get("value"));
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

}  // namespace scprior::core
