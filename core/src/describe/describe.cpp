// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/describe.hpp"

#include <fmt/format.h>

#include "describe/option_json.hpp"
#include "describe/option_text.hpp"

namespace scprior::core {
namespace {

std::string capability_text(const ComponentEntry& entry) {
  std::string text;
  const auto add = [&](uint64_t bit, const char* words) {
    if (entry.capabilities & bit) text += concat(text.empty() ? "" : "; ", words);
  };
  add(SCPRIOR_OFFERS_KL, "KL divergence in closed form, for a Gaussian posterior without flow");
  add(SCPRIOR_OFFERS_INVERSE, "inverse");
  add(SCPRIOR_WANTS_CELLS, "starts from training cells");
  return text;
}

std::string origin_text(const ComponentEntry& entry) {
  if (entry.owner) return "none: defined by the program that runs scprior";
  return concat(entry.plugin_id, ' ', entry.plugin_version, ", ",
                entry.tier == SCPRIOR_TIER_C ? "tier C (any compiler)" : "tier C++ (this build of scprior)");
}

std::string plain(const ComponentEntry& entry) {
  std::string text = fmt::format("{} {}: {}\n", kind_name(entry.kind), entry.name, entry.summary);
  const auto fact = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<12} {}\n", name, value);
  };
  fact("source", entry.citation);
  fact("capabilities", capability_text(entry));
  fact("plugin", origin_text(entry));
  fact("author", entry.plugin_author);
  fact("licence", entry.plugin_license);
  fact("url", entry.plugin_url);
  if (!entry.owner) fact("file", entry.file.string());
  return text + fmt::format("\n{}\n{}", entry.options.empty() ? "no options" : "options",
                            plain_options(entry.options, "  "));
}

std::string plain(const ConfigSection& section) {
  return fmt::format("{}  {}\n\n{}", section.header.empty() ? "(before the first section)" : section.header,
                     section.doc, plain_options(*section.options, "  "));
}

std::string without_brackets(const std::string& header) {
  const size_t begin = header.find_first_not_of('[');
  return begin == std::string::npos ? "" : header.substr(begin, header.find(']') - begin);
}

}  // namespace

scprior_kind kind_of(const std::string& name) {
  std::vector<std::string> known;
  for (const scprior_kind kind : all_kinds()) {
    if (kind_name(kind) == name || kind_name(kind) + "s" == name) return kind;
    known.push_back(kind_name(kind));
  }
  fail(Status::argument, "\"", name, "\" is no kind of component", alternatives(name, known));
}

DescribeForm describe_form(const std::string& name) {
  const std::vector<std::string> known = {"text", "json", "toml", "markdown"};
  for (size_t i = 0; i < known.size(); ++i)
    if (known[i] == name) return static_cast<DescribeForm>(i);
  fail(Status::argument, "\"", name, "\" is no form of a description", alternatives(name, known));
}

std::string describe(const ComponentEntry& component, DescribeForm form) {
  switch (form) {
    case DescribeForm::json: return component_json(component);
    case DescribeForm::toml: return toml_block(component);
    case DescribeForm::markdown: return markdown_options(component.options);
    case DescribeForm::text: break;
  }
  return plain(component);
}

std::string describe(const ConfigSection& section, DescribeForm form) {
  switch (form) {
    case DescribeForm::json: return section_json(section);
    case DescribeForm::toml:
      return (section.header.empty() ? "" : section.header + "\n") + toml_lines(*section.options);
    case DescribeForm::markdown: return markdown_options(*section.options);
    case DescribeForm::text: break;
  }
  return plain(section);
}

const ConfigSection* find_section(const std::string& name) {
  for (const ConfigSection& section : config_sections())
    if (!section.header.empty() && (section.header == name || without_brackets(section.header) == name))
      return &section;
  return nullptr;
}

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const ConfigSection& section : config_sections())
    if (!section.header.empty()) names.push_back(without_brackets(section.header));
  return names;
}

}  // namespace scprior::core
