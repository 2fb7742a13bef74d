// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/fields.hpp"
#include "config/names.hpp"
#include "config/parse_toml.hpp"
#include "config/read_experiment.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::core {
namespace {

namespace fs = std::filesystem;
using config::Member;
using config::Node;
using config::Place;
using config::Problems;
using config::Table;

const char* const command_line = "command line";

/// The tables of an experiment with one data set and one model, as the settings build it.
struct Draft {
  Table root, data, model;

  /// The table that a setting with this first part of its key belongs to; nullptr if there is none.
  Table* table_of(const std::string& first) {
    const auto is = [&](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), first) != names.end();
    };
    if (is({"train", "genes", "split", "seed", "threads", "device", "preset"})) return &root;
    if (is({"label", "batch", "loader"})) return &data;
    for (const OptionSpec& spec : model_options())
      if (spec.name == first) return &model;
    return nullptr;
  }

  static std::vector<std::string> known() {
    std::vector<std::string> names = {"train.*", "genes.*", "split.*", "seed", "threads", "device", "preset", "label",
                                      "batch", "loader"};
    for (const OptionSpec& spec : model_options()) names.push_back(spec.name);
    return names;
  }
};

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

void add_setting(const std::string& setting, int64_t index, Draft& draft, Problems& problems) {
  const Place here{command_line, 0, index, ""};
  const size_t equals = setting.find('=');
  const std::string key = trimmed(setting.substr(0, equals));
  if (equals == std::string::npos || key.empty()) {
    problems.add(here, "", concat("--set ", setting, ": must be KEY=VALUE, as in --set train.max_epochs=20"));
    return;
  }
  const Place place{command_line, 0, index, key};
  const std::vector<std::string> path = parts_of(key);
  Table* table = draft.table_of(path.front());
  if (table == nullptr || std::find(path.begin(), path.end(), "") != path.end()) {
    problems.add(place, key, "is not a setting" + alternatives(path.front(), Draft::known()));
    return;
  }
  const std::string raw = trimmed(setting.substr(equals + 1));
  Node value = config::parse_toml_value(raw, place).value_or(Node{place, raw, ""});
  if (!value.text() && !value.table()) value.raw = raw;
  insert(*table, path, 0, value, problems);
}

/// `seed = 3` of one fit is `seeds = [3]` of an experiment.
void replace_seed(Table& root) {
  Node seed{Place{command_line, 0, 0, ""}, int64_t{0}, ""};
  if (const Member* given = find(root, "seed")) seed = given->value;
  std::erase_if(root, [](const Member& member) { return member.key == "seed"; });
  root.push_back({"seeds", seed.place, Node{seed.place, config::List{seed}, ""}});
}

}  // namespace

ExperimentConfig fit_from_settings(const fs::path& data, const std::string& label,
                                   const std::vector<std::string>& settings, const PluginHost& host) {
  std::error_code error;
  if (!fs::exists(data, error))
    fail(Status::io, data.string(), ": there is no such file", config::similar_file_hint(data));
  Problems problems;
  const Place here{command_line, 0, 0, ""};
  Draft draft;
  draft.root.push_back({"schema", here, Node{here, newest_schema, ""}});
  draft.data.push_back({"path", here, Node{here, data.string(), ""}});
  if (!label.empty()) draft.data.push_back({"label", here, Node{here, label, ""}});
  for (size_t i = 0; i < settings.size(); ++i)
    add_setting(settings[i], static_cast<int64_t>(i) + 1, draft, problems);
  replace_seed(draft.root);
  draft.root.push_back({"data", here, Node{here, config::List{Node{here, draft.data, ""}}, ""}});
  draft.root.push_back({"model", here, Node{here, config::List{Node{here, draft.model, ""}}, ""}});

  const Node root{here, draft.root, ""};
  ExperimentConfig config = config::read_experiment(root, fs::current_path(), true, host, problems);
  problems.throw_if_any();
  return config;
}

}  // namespace scprior::core
