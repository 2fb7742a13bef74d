// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>

#include "scprior/conformance/must.hpp"
#include "scprior/conformance/tools.hpp"

namespace scprior::conformance {
namespace {

bool is_name(const std::string& text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

bool is_whole(const OptionSpec& spec) {
  return spec.type == SCPRIOR_OPTION_INTEGER || spec.type == SCPRIOR_OPTION_INTEGERS;
}

/// `number` as a value of the option's type.
OptionValue as_value(const OptionSpec& spec, double number) {
  switch (spec.type) {
    case SCPRIOR_OPTION_INTEGER: return static_cast<int64_t>(number);
    case SCPRIOR_OPTION_INTEGERS: return std::vector<int64_t>{static_cast<int64_t>(number)};
    case SCPRIOR_OPTION_REALS: return std::vector<double>{number};
    default: return number;
  }
}

bool is_number(const OptionSpec& spec) {
  return is_whole(spec) || spec.type == SCPRIOR_OPTION_REAL || spec.type == SCPRIOR_OPTION_REALS;
}

/// Values that the table allows and that authors forget: the ends of a range, each choice, both booleans.
std::vector<OptionValue> edges(const OptionSpec& spec) {
  std::vector<OptionValue> values;
  if (spec.type == SCPRIOR_OPTION_BOOLEAN) values = {true, false};
  for (const std::string& choice : spec.choices) values.push_back(choice);
  if (!is_number(spec)) return values;
  const double inside = is_whole(spec) ? 1 : 1e-6;
  if (std::isfinite(spec.min)) values.push_back(as_value(spec, spec.min + (spec.min_open ? inside : 0)));
  if (std::isfinite(spec.max)) values.push_back(as_value(spec, spec.max - (spec.max_open ? inside : 0)));
  return values;
}

/// What the component asks for while it is made.
std::set<std::string> names_read() {
  std::set<std::string> names;
  Options options = subject_options();
  options.on_read([&](std::string_view name) { names.insert(std::string(name)); });
  refusal([&] { make_component(options); }, true);  // whether it can be made is another law
  return names;
}

void check_refused(const std::map<std::string, OptionValue>& given, const std::string& name) {
  std::map<std::string, OptionValue> all = subject().given;
  for (const auto& [key, value] : given) all[key] = value;
  const std::string text = refusal([&] { Options::resolve(subject().table, all); });
  must(text.find(name) != std::string::npos, name, " = ", to_toml(given.at(name)),
       " must be refused by name, got: ", text.empty() ? "no refusal" : text);
}

TEST_CASE("options: the table has distinct names, and a line of text for each", "[options]") {
  std::set<std::string> names;
  for (const OptionSpec& spec : subject().table) {
    must(is_name(spec.name), "\"", spec.name, "\" is no name of an option; wanted small letters, digits and _");
    must(names.insert(spec.name).second, spec.name, " is declared twice");
    must(!spec.doc.empty() && spec.doc.find('\n') == std::string::npos, spec.name, ": wanted one line of text, got \"",
         spec.doc, '"');
    must(spec.type != SCPRIOR_OPTION_CHOICE || !spec.choices.empty(), spec.name, " has no choices");
    must(!(spec.min > spec.max), spec.name, ": its range is empty");
  }
  SUCCEED();
}

TEST_CASE("options: every default fits its own row of the table", "[options]") {
  for (const OptionSpec& spec : subject().table) {
    if (!spec.default_value) continue;
    std::vector<OptionProblem> problems;
    Options::resolve({spec}, {{spec.name, *spec.default_value}}, problems);
    must(problems.empty(), spec.name, ' ', problems.empty() ? "" : problems.front().message);
  }
  SUCCEED();
}

TEST_CASE("options: the component can be made with them", "[made]") {
  const std::string text = refusal([] { make_component(); }, true);
  must(text.empty(), text, "; the other laws were not tried");
}

TEST_CASE("options: each that is declared is read when the component is made", "[options]") {
  const std::set<std::string> read = names_read();
  for (const OptionSpec& spec : subject().table)
    must(read.count(spec.name) == 1, spec.name, " is declared and never read: users would set it in vain");
  SUCCEED();
}

TEST_CASE("options: each that is read is declared", "[options]") {
  std::set<std::string> declared;
  for (const OptionSpec& spec : subject().table) declared.insert(spec.name);
  for (const std::string& name : names_read())
    must(declared.count(name) == 1, name, " is read and not declared: no user could set it");
  SUCCEED();
}

TEST_CASE("options: what does not fit the table is refused by name", "[options]") {
  check_refused({{"no_such_option_", int64_t{1}}}, "no_such_option_");
  for (const OptionSpec& spec : subject().table) {
    const bool is_text = spec.type == SCPRIOR_OPTION_TEXT || spec.type == SCPRIOR_OPTION_CHOICE;
    check_refused({{spec.name, is_text ? OptionValue(true) : OptionValue(std::string("nonsense"))}}, spec.name);
    if (!is_number(spec)) continue;
    if (std::isfinite(spec.min)) check_refused({{spec.name, as_value(spec, spec.min - 1)}}, spec.name);
    if (std::isfinite(spec.max)) check_refused({{spec.name, as_value(spec, spec.max + 1)}}, spec.name);
  }
}

TEST_CASE("options: values at the ends of their ranges are taken, or refused by name", "[options]") {
  for (const OptionSpec& spec : subject().table)
    for (const OptionValue& value : edges(spec)) {
      std::map<std::string, OptionValue> given = subject().given;
      given[spec.name] = value;
      const std::string text = refusal([&] { make_component(Options::resolve(subject().table, given)); }, true);
      must(text.empty() || text.find(spec.name) != std::string::npos, spec.name, " = ", to_toml(value),
           " is allowed by the table and refused with a text that does not name it: ", text);
    }
  SUCCEED();
}

}  // namespace
}  // namespace scprior::conformance
