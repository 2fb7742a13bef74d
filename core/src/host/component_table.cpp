// SPDX-License-Identifier: Apache-2.0
#include "host/component_table.hpp"

#include <algorithm>

#include "config/toml_value.hpp"
#include "host/descriptor.hpp"

namespace scprior::core {
namespace {

bool is_identifier(const char* name) {
  const std::string_view text = name ? name : "";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

OptionSpec spec_of(const scprior_option& row) {
  OptionSpec spec;
  spec.name = row.name;
  spec.type = static_cast<scprior_option_type>(row.type);
  spec.doc = row.doc ? row.doc : "";
  spec.min = row.min;
  spec.max = row.max;
  spec.min_open = row.flags & SCPRIOR_OPTION_MIN_OPEN;
  spec.max_open = row.flags & SCPRIOR_OPTION_MAX_OPEN;
  for (const char* const* choice = row.choices; choice && *choice; ++choice) spec.choices.push_back(*choice);
  if (row.default_value) spec.default_value = option_value_of_text(row.default_value);
  return spec;
}

/// A default must pass its own row; resolving an empty configuration shows it.
std::string refusal_of_options(const scprior_component& component) {
  if (component.n_options == 0) return "";
  if (!component.options) return "announces options but has no table of them";
  if (component.options->struct_size < size_of_option_1_0) return "its options' descriptors are too short";
  for (uint32_t i = 0; i < component.n_options; ++i) {
    const scprior_option row = read_element(component.options, i);
    if (!is_identifier(row.name)) return concat("option ", i, " has no name of the form [a-z0-9_]+");
    if (row.type < SCPRIOR_OPTION_BOOLEAN || row.type > SCPRIOR_OPTION_TEXTS)
      return concat("option '", row.name, "' is of a type this host does not know");
    if (bool(row.flags & SCPRIOR_OPTION_REQUIRED) != (row.default_value == nullptr))
      return concat("option '", row.name, "' must have either a default or be required");
    const OptionSpec spec = spec_of(row);
    if (!row.default_value) continue;
    if (!spec.default_value)
      return concat("the default of option '", row.name, "' cannot be read: ", row.default_value);
    std::vector<OptionProblem> problems;
    Options::resolve({spec}, {{spec.name, *spec.default_value}}, problems);
    if (!problems.empty()) return concat("the default of option '", row.name, "' ", problems[0].message);
  }
  return "";
}

}  // namespace

std::string refusal_of_component(const scprior_component& component) {
  if (component.kind < SCPRIOR_KIND_LOADER || component.kind > SCPRIOR_KIND_METRIC)
    return concat("a component is of kind ", component.kind, ", which this host does not know");
  if (!is_identifier(component.name))
    return concat("a component is named \"", component.name ? component.name : "", "\", wanted [a-z0-9_]+");
  const std::string where = concat(kind_name(static_cast<scprior_kind>(component.kind)), '/', component.name, ": ");
  if (component.tier != SCPRIOR_TIER_CXX && component.tier != SCPRIOR_TIER_C)
    return concat(where, "is of tier ", component.tier, ", this host knows 1 (C) and 2 (C++)");
  if (component.tier == SCPRIOR_TIER_C && component.kind != SCPRIOR_KIND_PRIOR &&
      component.kind != SCPRIOR_KIND_METRIC)
    return where + "is of the C tier, which has priors and metrics only; write it in C++";
  if (!component.create) return where + "has no create function";
  if (!component.summary) return where + "has no summary";
  const std::string refusal = refusal_of_options(component);
  return refusal.empty() ? "" : where + refusal;
}

ComponentEntry entry_of(const scprior_plugin& plugin, const scprior_component& component,
                        const std::filesystem::path& file) {
  ComponentEntry entry;
  entry.kind = static_cast<scprior_kind>(component.kind);
  entry.name = component.name;
  entry.summary = component.summary;
  entry.citation = component.citation ? component.citation : "";
  entry.capabilities = component.capabilities;
  for (uint32_t i = 0; i < component.n_options; ++i)
    entry.options.push_back(spec_of(read_element(component.options, i)));
  entry.file = file;
  entry.plugin_id = plugin.id;
  entry.plugin_version = plugin.version;
  entry.plugin_license = plugin.license;
  entry.plugin_author = plugin.author;
  entry.plugin_url = plugin.url;
  entry.tier = static_cast<scprior_tier>(component.tier);
  entry.create = component.create;
  return entry;
}

}  // namespace scprior::core
