// SPDX-License-Identifier: Apache-2.0
#include "conform_file.hpp"

#include <algorithm>

#include "config/parse_toml.hpp"
#include "config/problems.hpp"
#include "config/toml_value.hpp"
#include "scprior/core/plugin_host.hpp"
#include "scprior/error.hpp"

namespace scprior::conform {
namespace {

using core::config::Member;
using core::config::Node;
using core::config::Problems;

/// The tables of `[[key]]`, or the one of `[key]`.
std::vector<const Node*> tables_of(const Member& member, const std::string& key, Problems& problems) {
  std::vector<const Node*> tables;
  if (member.value.table()) tables.push_back(&member.value);
  if (const auto* list = member.value.list())
    for (const Node& element : *list) tables.push_back(&element);
  for (const Node* node : tables)
    if (!node->table()) problems.add(node->place, key, "must be a table of options");
  if (tables.empty()) problems.add(member.place, key, "must be a table [" + key + "], or several [[" + key + "]]");
  tables.erase(std::remove_if(tables.begin(), tables.end(), [](const Node* node) { return !node->table(); }),
               tables.end());
  return tables;
}

OptionSet option_set(const Node& node, const std::string& key, Problems& problems) {
  OptionSet set;
  for (const Member& member : *node.table()) {
    const auto value = core::option_value(member.value);
    if (value)
      set[member.key] = *value;
    else
      problems.add(member.place, key + "." + member.key, "is no value of an option");
  }
  return set;
}

Waiver waiver(const Node& node, Problems& problems) {
  Waiver out;
  for (const Member& member : *node.table()) {
    if (member.key == "set") {
      const auto* number = std::get_if<int64_t>(&member.value.value);
      if (number == nullptr || *number < 1) problems.add(member.place, "waive.set", "must be a number from 1 on");
      out.set = number == nullptr ? 0 : *number;
      continue;
    }
    std::string* target = member.key == "law"         ? &out.law
                          : member.key == "reason"    ? &out.reason
                          : member.key == "component" ? &out.component
                                                      : nullptr;
    if (target == nullptr)
      problems.add(member.place, "waive." + member.key, "is not known; known: law, reason, component, set");
    else if (const std::string* text = member.value.text())
      *target = *text;
    else
      problems.add(member.place, "waive." + member.key, "must be a text");
  }
  if (out.law.empty() || out.reason.empty()) problems.add(node.place, "waive", "needs a law and a reason");
  return out;
}

}  // namespace

ConformFile read_conform_file(const std::filesystem::path& path) {
  ConformFile file;
  Problems problems;
  std::vector<std::string> kinds;
  for (const scprior_kind kind : core::all_kinds()) kinds.push_back(core::kind_name(kind));
  const Node root = core::config::parse_toml_file(path);
  for (const Member& member : *root.table()) {
    if (member.key == "waive") {
      for (const Node* node : tables_of(member, "waive", problems)) file.waivers.push_back(waiver(*node, problems));
    } else if (std::find(kinds.begin(), kinds.end(), member.key) == kinds.end()) {
      kinds.push_back("waive");
      problems.add(member.place, member.key, "is neither a kind of component nor \"waive\"" +
                                                 alternatives(member.key, kinds));
    } else if (!member.value.table()) {
      problems.add(member.place, member.key, "must hold tables [" + member.key + ".NAME]");
    } else {
      for (const Member& component : *member.value.table()) {
        const std::string key = member.key + "." + component.key;
        for (const Node* node : tables_of(component, key, problems))
          file.sets[member.key + "/" + component.key].push_back(option_set(*node, key, problems));
      }
    }
  }
  problems.throw_if_any();
  return file;
}

std::vector<Case> cases_of(const ConformFile& file, const std::string& component, const OptionTable& table) {
  std::vector<Case> cases;
  const bool has_defaults = std::all_of(table.begin(), table.end(),
                                        [](const OptionSpec& spec) { return spec.default_value.has_value(); });
  const auto found = file.sets.find(component);
  if (has_defaults || found == file.sets.end()) cases.emplace_back();
  if (found == file.sets.end()) return cases;
  for (size_t i = 0; i < found->second.size(); ++i)
    cases.push_back({found->second[i], static_cast<int64_t>(i) + 1});
  return cases;
}

std::map<std::string, std::string> waivers_of(const ConformFile& file, const std::string& component, int64_t set) {
  std::map<std::string, std::string> laws;
  for (const Waiver& waiver : file.waivers)
    if ((waiver.component.empty() || waiver.component == component) && (waiver.set == 0 || waiver.set == set))
      laws[waiver.law] = waiver.reason;
  return laws;
}

void check_sets(const ConformFile& file, const std::string& component, const OptionTable& table) {
  std::string text;
  for (const Case& one : cases_of(file, component, table)) {
    std::vector<OptionProblem> problems;
    Options::resolve(table, one.options, problems);
    const std::string set = one.set == 0 ? ", defaults: " : concat(", set ", one.set, ": ");
    for (const OptionProblem& problem : problems)
      text += concat(text.empty() ? "" : "\n", component, set, problem.name, ' ', problem.message,
                     one.set == 0 ? "; give it a set in the file of --options" : "");
  }
  if (!text.empty()) fail(Status::config, text);
}

void check_waivers(const ConformFile& file, const std::map<std::string, std::vector<std::string>>& laws) {
  std::vector<std::string> components;
  for (const auto& [component, of_component] : laws) components.push_back(component);
  for (const Waiver& waiver : file.waivers) {
    const bool has_component = laws.count(waiver.component) == 1;
    if (!waiver.component.empty() && !has_component)
      fail(Status::config, "[[waive]]: the plugin offers no ", waiver.component,
           alternatives(waiver.component, components));
    std::vector<std::string> known;
    size_t n_sets = 0;
    for (const auto& [component, of_component] : laws) {
      if (has_component && component != waiver.component) continue;
      known.insert(known.end(), of_component.begin(), of_component.end());
      const auto sets = file.sets.find(component);
      if (sets != file.sets.end()) n_sets = std::max(n_sets, sets->second.size());
    }
    if (std::find(known.begin(), known.end(), waiver.law) == known.end())
      fail(Status::config, "[[waive]]: there is no law \"", waiver.law, "\" to waive", suggestion(waiver.law, known),
           " (scprior-conform --list shows all)");
    if (waiver.set > static_cast<int64_t>(n_sets))
      fail(Status::config, "[[waive]]: set = ", waiver.set, ", but this file has ", n_sets, " of ",
           has_component ? waiver.component : "any component");
  }
}

std::string option_set_text(const OptionSet& set) {
  std::string text;
  for (const auto& [name, value] : set) text += concat(text.empty() ? "" : ", ", name, " = ", to_toml(value));
  return text.empty() ? "defaults" : text;
}

}  // namespace scprior::conform
