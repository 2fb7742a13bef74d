// SPDX-License-Identifier: Apache-2.0
#include "describe/option_text.hpp"

#include <algorithm>
#include <cmath>

#include "scprior/core/installation.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

std::string meaning(const OptionSpec& spec) {
  const std::string range = range_text(spec);
  return concat(spec.doc, " (", type_name(spec.type), range.empty() ? "" : ": " + range, ')');
}

/// Something that the option accepts, for those without default.
OptionValue example_value(const OptionSpec& spec) {
  double number = 1;
  if (number < spec.min || (spec.min_open && number <= spec.min)) number = std::floor(spec.min) + 1;
  if (number > spec.max || (spec.max_open && number >= spec.max))
    number = std::isfinite(spec.min) ? (spec.min + spec.max) / 2 : spec.max - 1;
  const auto whole = static_cast<int64_t>(number);
  switch (spec.type) {
    case SCPRIOR_OPTION_BOOLEAN: return true;
    case SCPRIOR_OPTION_INTEGER: return whole;
    case SCPRIOR_OPTION_REAL: return number;
    case SCPRIOR_OPTION_TEXT: return std::string("...");
    case SCPRIOR_OPTION_CHOICE: return spec.choices.empty() ? std::string() : spec.choices.front();
    case SCPRIOR_OPTION_INTEGERS: return std::vector<int64_t>{whole};
    case SCPRIOR_OPTION_REALS: return std::vector<double>{number};
    case SCPRIOR_OPTION_TEXTS: return std::vector<std::string>{"..."};
  }
  return std::string();
}

std::string cell(std::string text) {
  for (size_t at = 0; (at = text.find('|', at)) != text.npos; at += 2) text.insert(at, 1, '\\');
  return text;
}

/// Where a component stands in an experiment file.
std::string header_of(scprior_kind kind) {
  switch (kind) {
    case SCPRIOR_KIND_LOADER: return "# Goes below the [[data]] that it reads.\n[data.loader]\n";
    case SCPRIOR_KIND_METRIC:
      return "# Name all metrics that are wanted, one [[metrics]] each: they replace those computed by default.\n"
             "[[metrics]]\n";
    default: return concat("# Goes below the [[model]] that it belongs to.\n[model.", kind_name(kind), "]\n");
  }
}

}  // namespace

std::string plain_options(const OptionTable& options, const std::string& indent) {
  std::string text;
  for (const OptionSpec& spec : options) {
    text += concat(indent, spec.name, " = ", spec.default_value ? to_toml(*spec.default_value) : "required", '\n');
    text += concat(indent, "    ", meaning(spec), '\n');
  }
  return text;
}

std::string markdown_options(const OptionTable& options) {
  if (options.empty()) return "";
  std::string text = "| option | type | default | range | meaning |\n|---|---|---|---|---|\n";
  for (const OptionSpec& spec : options) {
    const std::string value = spec.default_value ? concat('`', cell(to_toml(*spec.default_value)), '`') : "required";
    const std::string range = range_text(spec);
    text += concat("| `", spec.name, "` | ", type_name(spec.type), " | ", value, " | ",
                   range.empty() ? "" : cell(range) + " ", "| ", cell(spec.doc), " |\n");
  }
  return text;
}

std::string toml_lines(const OptionTable& options) {
  std::string text;
  size_t width = 0;
  std::vector<std::string> lines;
  for (const OptionSpec& spec : options) {
    const OptionValue value = spec.default_value ? *spec.default_value : example_value(spec);
    lines.push_back(concat(spec.name, " = ", to_toml(value)));
    width = std::max(width, lines.back().size());
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    const OptionSpec& spec = options[i];
    lines[i].resize(width, ' ');
    text += concat(lines[i], "  # ", spec.default_value ? "" : "required, put in yours: ", meaning(spec), '\n');
  }
  return text;
}

std::string toml_block(const ComponentEntry& entry) {
  std::string text;
  if (!entry.owner && entry.file.parent_path() != plugin_folder())
    text = concat("# Its plugin is not among the installed ones. Above the first [[data]]:\n# [plugins]\n# paths = [",
                  to_toml(entry.file.string()), "]\n");
  return text + concat(header_of(entry.kind), "type = ", to_toml(entry.name), '\n') + toml_lines(entry.options);
}

}  // namespace scprior::core
