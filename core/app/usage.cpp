// SPDX-License-Identifier: Apache-2.0
#include "usage.hpp"

#include <charconv>
#include <cmath>

#include "scprior/error.hpp"
#include "scprior/options.hpp"

namespace scprior::app {
namespace {

template <class Number>
bool parse(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

bool is_option(const std::string& argument) { return argument.size() > 1 && argument.front() == '-'; }

/// Arguments that the command does not take: its unknown options, or words too many.
std::string surplus_text(const CLI::App& app, const CLI::App& command) {
  std::vector<std::string> known;
  for (const CLI::App* owner : {&command, &app})
    for (const CLI::Option* option : owner->get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  std::string unknown, words;
  std::vector<std::string> surplus = app.remaining();
  if (&command != &app)
    for (const std::string& argument : command.remaining()) surplus.push_back(argument);
  for (const std::string& argument : surplus) {
    words += (words.empty() ? "" : ", ") + argument;
    if (!is_option(argument)) continue;
    const std::string name = argument.substr(0, argument.find('='));
    unknown += concat(unknown.empty() ? "" : "; ", name, " is no option of ", command.get_name(),
                      suggestion(name, known));
  }
  if (unknown.empty()) return concat("too many arguments for ", command.get_name(), ": ", words);
  const CLI::Option* setting = command.get_option_no_throw("--set");
  return setting ? concat(unknown, ". --set KEY=VALUE: ", setting->get_description()) : unknown;
}

std::string command_text(const CLI::App& app) {
  std::vector<std::string> names;
  std::string list;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
    list += (list.empty() ? "" : ", ") + names.back();
  }
  for (const std::string& word : app.remaining())
    if (!is_option(word))
      return concat("there is no command \"", word, '"', suggestion(word, names), " Commands: ", list);
  const std::string surplus = app.remaining().empty() ? "" : surplus_text(app, app) + "; ";
  return surplus + "no command is given. Commands: " + list;
}

/// CLI11's "NAME is required" or "NAME: 1 required TYPE missing", with what NAME is.
std::string option_text(const CLI::App& command, const std::string& said, const std::string& mark,
                        const char* problem) {
  const size_t end = said.find(mark);
  if (end == std::string::npos) return said;
  const std::string name = said.substr(0, end);
  const CLI::Option* option = command.get_option_no_throw(name);
  return option ? concat(name, problem, ": ", option->get_description()) : said;
}

std::string problem_text(const CLI::App& app, const CLI::App& command, const CLI::ParseError& error) {
  const std::string said = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) return surplus_text(app, command);
  if (dynamic_cast<const CLI::RequiredError*>(&error)) return option_text(command, said, " is required", " is missing");
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) return option_text(command, said, ":", " needs a value");
  return said;
}

}  // namespace

CLI::Validator whole_number(int64_t min) {
  return {[min](std::string& text) {
            int64_t value = 0;
            if (parse(text, value) && value >= min) return std::string();
            return concat("is \"", text, "\", must be a whole number, ", min, " or more");
          },
          ""};
}

CLI::Validator positive_number() {
  return {[](std::string& text) {
            double value = 0;
            if (parse(text, value) && std::isfinite(value) && value > 0) return std::string();
            return concat("is \"", text, "\", must be a number above 0");
          },
          ""};
}

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) {
    const bool no_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    return (no_command ? command_text(app) : problem_text(app, app, error)) + "\nHelp: scprior --help";
  }
  const CLI::App& command = *chosen.front();
  return concat(problem_text(app, command, error), "\nHelp: scprior ", command.get_name(), " --help");
}

}  // namespace scprior::app
