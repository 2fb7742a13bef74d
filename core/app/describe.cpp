// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "commands.hpp"
#include "kinds.hpp"
#include "option_text.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::app {
namespace {

void print_section(const core::ConfigSection& section) {
  fmt::print("{}  {}\n\n{}", section.header.empty() ? "(before the first section)" : section.header, section.doc,
             plain_options(*section.options, "  "));
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
       suggestion(word, known), " Examples: scprior describe train, scprior describe prior vamp");
}

std::string capability_text(const core::ComponentEntry& entry) {
  std::string text;
  const auto add = [&](uint64_t bit, const char* words) {
    if (entry.capabilities & bit) text += concat(text.empty() ? "" : "; ", words);
  };
  add(SCPRIOR_OFFERS_KL, "KL divergence in closed form, for a Gaussian posterior without flow");
  add(SCPRIOR_OFFERS_INVERSE, "inverse");
  add(SCPRIOR_WANTS_CELLS, "starts from training cells");
  return text;
}

void print_component(const core::ComponentEntry& entry) {
  fmt::print("{} {}: {}\n", core::kind_name(entry.kind), entry.name, entry.summary);
  const auto fact = [](const char* name, const std::string& value) {
    if (!value.empty()) fmt::print("  {:<12} {}\n", name, value);
  };
  fact("source", entry.citation);
  fact("capabilities", capability_text(entry));
  fact("plugin", concat(entry.plugin_id, ' ', entry.plugin_version, ", ",
                        entry.tier == SCPRIOR_TIER_C ? "tier C (any compiler)" : "tier C++ (this build of scprior)"));
  fact("author", entry.plugin_author);
  fact("licence", entry.plugin_license);
  fact("url", entry.plugin_url);
  fact("file", entry.file.string());
  fmt::print("\n{}\n{}", entry.options.empty() ? "no options" : "options", plain_options(entry.options, "  "));
}

}  // namespace

int describe(const DescribeArguments& arguments, const core::PluginHost& host) {
  if (arguments.name.empty()) {
    if (arguments.toml || arguments.markdown)
      fail(Status::argument, arguments.toml ? "--toml" : "--markdown", " needs a component, e.g. scprior describe ",
           "prior vamp --toml");
    if (arguments.kind.empty()) return describe_all_sections();
    if (describe_section(arguments.kind)) return 0;
    fail_incomplete(arguments.kind, host);
  }
  const scprior_kind kind = kind_of(arguments.kind);
  const core::ComponentEntry* entry = host.find(kind, arguments.name);
  if (!entry) throw Error(Status::argument, host.unknown_text(kind, arguments.name));
  if (arguments.toml)
    fmt::print("{}", toml_block(*entry));
  else if (arguments.markdown)
    fmt::print("{}", markdown_options(entry->options));
  else
    print_component(*entry);
  return 0;
}

}  // namespace scprior::app
