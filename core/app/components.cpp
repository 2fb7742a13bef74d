// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "commands.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::app {
namespace {

scprior_kind kind_of(const std::string& name) {
  std::vector<std::string> known;
  for (const scprior_kind kind : core::all_kinds()) {
    if (core::kind_name(kind) == name || core::kind_name(kind) + "s" == name) return kind;
    known.push_back(core::kind_name(kind));
  }
  fail(Status::argument, "\"", name, "\" is no kind of component", alternatives(name, known));
}

void print_options(const OptionTable& options, const std::string& indent) {
  for (const OptionSpec& spec : options) {
    const std::string value = spec.default_value ? to_toml(*spec.default_value) : "required";
    fmt::print("{}{} = {}\n", indent, spec.name, value);
    const std::string range = range_text(spec);
    fmt::print("{}    {} ({}{})\n", indent, spec.doc, type_name(spec.type), range.empty() ? "" : ": " + range);
  }
}

void print_section(const core::ConfigSection& section) {
  fmt::print("{}  {}\n\n", section.header.empty() ? "(before the first section)" : section.header, section.doc);
  print_options(*section.options, "  ");
}

bool describe_section(const std::string& name) {
  for (const core::ConfigSection& section : core::config_sections()) {
    if (section.header != name && section.header != "[" + name + "]" && section.header != "[[" + name + "]]") continue;
    print_section(section);
    return true;
  }
  return false;
}

int describe_all_sections() {
  for (const core::ConfigSection& section : core::config_sections()) {
    print_section(section);
    fmt::print("\n");
  }
  fmt::print("options of components: scprior describe prior vamp; `scprior list` names the components\n");
  return 0;
}

/// `describe WORD` where WORD is no section: what may have been meant.
[[noreturn]] void fail_incomplete(const std::string& word, const core::PluginHost& host) {
  std::vector<std::string> known;
  for (const core::ConfigSection& section : core::config_sections())
    if (!section.header.empty()) known.push_back(section.header.substr(section.header.find_first_not_of('[')));
  for (std::string& section : known) section.erase(section.find(']'));
  for (const scprior_kind kind : core::all_kinds()) {
    known.push_back(core::kind_name(kind));
    if (host.find(kind, word))
      fail(Status::argument, "describe needs the kind too: scprior describe ", core::kind_name(kind), ' ', word);
    if (core::kind_name(kind) == word)
      fail(Status::argument, "describe ", word, " needs a name too; scprior list ", word, " names those there are");
  }
  fail(Status::argument, '"', word, "\" is neither a section of the experiment file nor a kind of component",
       suggestion(word, known),
       " Examples: scprior describe train, scprior describe prior vamp");
}

}  // namespace

int list(const std::string& kind, const core::PluginHost& host) {
  for (const scprior_kind listed : core::all_kinds()) {
    if (!kind.empty() && kind_of(kind) != listed) continue;
    fmt::print("{}\n", core::kind_name(listed));
    for (const core::ComponentEntry& entry : host.components())
      if (entry.kind == listed) fmt::print("  {:<22} {}\n", entry.name, entry.summary);
  }
  return 0;
}

int describe(const std::string& kind, const std::string& name, const core::PluginHost& host) {
  if (kind.empty()) return describe_all_sections();
  if (name.empty()) {
    if (describe_section(kind)) return 0;
    fail_incomplete(kind, host);
  }
  const scprior_kind wanted = kind_of(kind);
  const core::ComponentEntry* entry = host.find(wanted, name);
  if (!entry) throw Error(Status::argument, host.unknown_text(wanted, name));
  fmt::print("{} {}: {}\n", core::kind_name(entry->kind), entry->name, entry->summary);
  if (!entry->citation.empty()) fmt::print("  source   {}\n", entry->citation);
  fmt::print("  plugin   {} {}, licence {}, {}\n", entry->plugin_id, entry->plugin_version, entry->plugin_license,
             entry->file.string());
  fmt::print("\n{}", entry->options.empty() ? "no options\n" : "options\n");
  print_options(entry->options, "  ");
  return 0;
}

int plugins(const core::PluginHost& host) {
  fmt::print("searched:\n");
  for (const auto& folder : host.searched()) fmt::print("  {}\n", folder.string());
  fmt::print("files:\n");
  for (const core::PluginFile& file : host.files()) {
    if (file.loaded) {
      fmt::print("  loaded      {} {}  {}\n", file.id, file.version, file.path.string());
    } else {
      fmt::print("  not loaded  {}\n              {}\n", file.path.string(), file.reason);
    }
  }
  return 0;
}

}  // namespace scprior::app
