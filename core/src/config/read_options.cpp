// SPDX-License-Identifier: Apache-2.0
#include "config/read_options.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "config/toml_value.hpp"
#include "scprior/error.hpp"

namespace scprior::core::config {
namespace {

bool finite(const OptionValue& value) {
  if (const auto* real = std::get_if<double>(&value)) return std::isfinite(*real);
  if (const auto* reals = std::get_if<std::vector<double>>(&value))
    return std::all_of(reals->begin(), reals->end(), [](double x) { return std::isfinite(x); });
  return true;
}

bool wants_text(scprior_option_type type) { return type == SCPRIOR_OPTION_TEXT || type == SCPRIOR_OPTION_CHOICE; }

/// The node as a value of the option; none with a problem reported.
std::optional<OptionValue> value_for(const OptionSpec& spec, const Node& node, const std::string& key,
                                     Problems& problems) {
  if (wants_text(spec.type) && !node.text() && !node.raw.empty()) return node.raw;
  const std::optional<OptionValue> value = option_value(node);
  if (!value) {
    const std::string got = node.list() ? "a list of values of different kinds" : std::string(kind_text(node));
    problems.add(node.place, key, concat("is ", got, ", must be of type ", type_name(spec.type)));
    return std::nullopt;
  }
  if (!finite(*value)) {
    problems.add(node.place, key, concat("is ", to_toml(*value), ", must be finite"));
    return std::nullopt;
  }
  return value;
}

void report_unknown(const Member& member, const Section& section, const std::vector<std::string>& known,
                    Problems& problems) {
  const std::string text = section.owner.empty() ? "is not a known key" : "is not a known key of " + section.owner;
  const std::string more = section.of_unknown ? section.of_unknown(member.key) : "";
  problems.add(member.place, joined(section.key, member.key),
               text + alternatives(member.key, known) + (more.empty() ? "" : ". " + more));
}

}  // namespace

std::string joined(const std::string& section, const std::string& key) {
  return section.empty() ? key : concat(section, '.', key);
}

std::string shown(const Node& node) {
  if (!node.list())
    if (const auto value = option_value(node)) return to_toml(*value);
  return std::string(kind_text(node));
}

OptionTable with_defaults(OptionTable specs, const Options& options) {
  for (OptionSpec& spec : specs)
    if (const auto found = options.values().find(spec.name); found != options.values().end())
      spec.default_value = found->second;
  return specs;
}

Options read_options(const Table& table, const Section& section, const OptionTable& specs,
                     const std::vector<std::string>& elsewhere, Problems& problems) {
  std::vector<std::string> known;
  for (const OptionSpec& spec : specs) known.push_back(spec.name);
  known.insert(known.end(), elsewhere.begin(), elsewhere.end());
  for (const Member& member : table)
    if (std::find(known.begin(), known.end(), member.key) == known.end())
      report_unknown(member, section, known, problems);

  OptionTable checked;
  std::map<std::string, OptionValue> given;
  for (const OptionSpec& spec : specs) {
    const Member* member = find(table, spec.name);
    if (member != nullptr) {
      const auto value = value_for(spec, member->value, joined(section.key, spec.name), problems);
      if (!value) continue;
      given[spec.name] = *value;
    }
    checked.push_back(spec);
  }
  std::vector<OptionProblem> wrong;
  Options options = Options::resolve(checked, given, wrong);
  for (const OptionProblem& problem : wrong) {
    const Member* member = find(table, problem.name);
    problems.add(member ? member->value.place : section.place, joined(section.key, problem.name), problem.message);
  }
  return options;
}

}  // namespace scprior::core::config
