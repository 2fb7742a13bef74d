// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hpp"

#include <algorithm>

#include "config/parse_toml.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/error.hpp"

namespace scprior::core::config {
namespace {

/// The table that a setting with this first part of its key belongs to; nullptr if there is none.
Table* table_of(const std::string& first, Settings& settings) {
  const auto is = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), first) != names.end();
  };
  if (is({"train", "genes", "split", "seed", "threads", "device", "preset"})) return &settings.root;
  if (is({"label", "batch", "loader"})) return &settings.data;
  for (const OptionSpec& spec : model_options())
    if (spec.name == first) return &settings.model;
  return nullptr;
}

std::vector<std::string> known_settings() {
  std::vector<std::string> names = {"train.*", "genes.*", "split.*", "seed", "threads", "device", "preset", "label",
                                    "batch", "loader"};
  for (const OptionSpec& spec : model_options()) names.push_back(spec.name);
  return names;
}

std::vector<std::string> parts_of(const std::string& key) {
  std::vector<std::string> parts = {""};
  for (const char c : key) {
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// The table that a dotted key goes into: `prior.components` after `prior=vamp` makes a table of both.
Table* as_table(Node& node) {
  if (const std::string* type = node.text()) node.value = Table{{"type", node.place, Node{node.place, *type, ""}}};
  return std::get_if<Table>(&node.value);
}

void insert(Table& table, const std::vector<std::string>& path, size_t depth, const Node& value, Problems& problems) {
  Member* member = find(table, path[depth]);
  const bool last = depth + 1 == path.size();
  if (member == nullptr) {
    table.push_back({path[depth], value.place, last ? value : Node{value.place, Table{}, ""}});
    if (!last) insert(*as_table(table.back().value), path, depth + 1, value, problems);
    return;
  }
  if (!last) {
    if (Table* inner = as_table(member->value)) return insert(*inner, path, depth + 1, value, problems);
  } else if (member->value.table() && value.text()) {  // `prior=vamp` after `prior.components=100`
    return insert(std::get<Table>(member->value.value), {"type"}, 0, value, problems);
  } else if (member->value.table() && value.table()) {
    for (const Member& inner : *value.table())
      insert(std::get<Table>(member->value.value), {inner.key}, 0, inner.value, problems);
    return;
  }
  problems.add(value.place, value.place.setting, "is set twice; give it once");
}

void add_setting(const std::string& setting, const Place& here, Settings& settings, Problems& problems) {
  const bool typed = here.source == command_line;
  const size_t equals = setting.find('=');
  const std::string key = trimmed(setting.substr(0, equals));
  if (equals == std::string::npos || key.empty()) {
    const char* set = typed ? "--set " : "";
    problems.add(here, "", concat(set, setting, ": must be KEY=VALUE, as in ", set, "train.max_epochs=20"));
    return;
  }
  const Place place{here.source, 0, here.column, key};
  const std::vector<std::string> path = parts_of(key);
  Table* table = table_of(path.front(), settings);
  if (table == nullptr || std::find(path.begin(), path.end(), "") != path.end()) {
    problems.add(place, key, "is not a setting" + alternatives(path.front(), known_settings()));
    return;
  }
  const std::string raw = trimmed(setting.substr(equals + 1));
  Node value = parse_toml_value(raw, place).value_or(Node{place, raw, ""});
  if (!value.text() && !value.table()) value.raw = raw;
  insert(*table, path, 0, value, problems);
}

}  // namespace

void add_settings(const std::vector<std::string>& given, const char* source, Settings& settings, Problems& problems) {
  for (size_t i = 0; i < given.size(); ++i)
    add_setting(given[i], Place{source, 0, static_cast<int64_t>(i) + 1, ""}, settings, problems);
}

}  // namespace scprior::core::config
