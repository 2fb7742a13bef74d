// SPDX-License-Identifier: Apache-2.0
#include "config/toml_value.hpp"

#include <algorithm>

#include "config/parse_toml.hpp"

namespace scprior::core {
namespace {

using config::Node;

template <class T>
std::vector<T> list_of(const config::List& list) {
  std::vector<T> values;
  for (const Node& element : list) values.push_back(std::get<T>(element.value));
  return values;
}

double as_real(const Node& node) {
  if (const auto* whole = std::get_if<int64_t>(&node.value)) return static_cast<double>(*whole);
  return std::get<double>(node.value);
}

std::optional<OptionValue> list_value(const config::List& list) {
  const auto all = [&](auto... accepted) {
    return std::all_of(list.begin(), list.end(), [&](const Node& node) {
      return (std::holds_alternative<decltype(accepted)>(node.value) || ...);
    });
  };
  if (all(int64_t{})) return list_of<int64_t>(list);
  if (all(std::string{})) return list_of<std::string>(list);
  if (!all(int64_t{}, double{})) return std::nullopt;
  std::vector<double> values;
  for (const Node& element : list) values.push_back(as_real(element));
  return values;
}

}  // namespace

std::optional<OptionValue> option_value(const Node& node) {
  if (const auto* value = std::get_if<bool>(&node.value)) return *value;
  if (const auto* value = std::get_if<int64_t>(&node.value)) return *value;
  if (const auto* value = std::get_if<double>(&node.value)) return *value;
  if (const auto* value = node.text()) return *value;
  if (const auto* list = node.list()) return list_value(*list);
  return std::nullopt;
}

std::optional<OptionValue> option_value_of_text(std::string_view text) {
  const auto node = config::parse_toml_value(std::string(text), {});
  return node ? option_value(*node) : std::nullopt;
}

}  // namespace scprior::core
