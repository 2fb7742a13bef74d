// SPDX-License-Identifier: Apache-2.0
#include "scprior/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "scprior/error.hpp"

namespace scprior {
namespace {

OptionSpec make(std::string name, scprior_option_type type, OptionValue value, std::string doc) {
  OptionSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.default_value = std::move(value);
  spec.doc = std::move(doc);
  return spec;
}

std::string number(double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (const auto code = static_cast<unsigned char>(c); code < 0x20 || code == 0x7f) {
      static constexpr char digits[] = "0123456789ABCDEF";
      out += c == '\n' ? "\\n" : std::string("\\u00") + digits[code >> 4] + digits[code & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

struct TomlWriter {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return number(value); }
  std::string operator()(const std::string& value) const { return quoted(value); }
  template <class T>
  std::string operator()(const std::vector<T>& values) const {
    std::string out = "[";
    for (const T& value : values) {
      if (out.size() > 1) out += ", ";
      out += (*this)(value);
    }
    return out + "]";
  }
};

std::string_view given_type(const OptionValue& value) {
  static constexpr std::string_view names[] = {"boolean", "integer", "real number", "text", "list of integers",
                                               "list of real numbers", "list of texts"};
  return names[value.index()];
}

/// `value` as the wanted type, with integers widened to reals; none if it is of another type.
std::optional<OptionValue> converted(scprior_option_type wanted, const OptionValue& value) {
  switch (wanted) {
    case SCPRIOR_OPTION_BOOLEAN:
      if (std::holds_alternative<bool>(value)) return value;
      break;
    case SCPRIOR_OPTION_INTEGER:
      if (std::holds_alternative<int64_t>(value)) return value;
      break;
    case SCPRIOR_OPTION_REAL:
      if (std::holds_alternative<double>(value)) return value;
      if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
      break;
    case SCPRIOR_OPTION_TEXT:
    case SCPRIOR_OPTION_CHOICE:
      if (std::holds_alternative<std::string>(value)) return value;
      break;
    case SCPRIOR_OPTION_INTEGERS:
      if (std::holds_alternative<std::vector<int64_t>>(value)) return value;
      break;
    case SCPRIOR_OPTION_REALS:
      if (std::holds_alternative<std::vector<double>>(value)) return value;
      if (const auto* whole = std::get_if<std::vector<int64_t>>(&value))
        return std::vector<double>(whole->begin(), whole->end());
      break;
    case SCPRIOR_OPTION_TEXTS:
      if (std::holds_alternative<std::vector<std::string>>(value)) return value;
      if (const auto* empty = std::get_if<std::vector<int64_t>>(&value); empty && empty->empty())
        return std::vector<std::string>();
      break;
  }
  return std::nullopt;
}

std::vector<double> numbers_of(const OptionValue& value) {
  if (const auto* x = std::get_if<int64_t>(&value)) return {static_cast<double>(*x)};
  if (const auto* x = std::get_if<double>(&value)) return {*x};
  if (const auto* x = std::get_if<std::vector<int64_t>>(&value)) return {x->begin(), x->end()};
  if (const auto* x = std::get_if<std::vector<double>>(&value)) return *x;
  return {};
}

/// What is wrong with a value of the right type, or "".
std::string domain_problem(const OptionSpec& spec, const OptionValue& value) {
  if (spec.type == SCPRIOR_OPTION_CHOICE) {
    const auto& text = std::get<std::string>(value);
    if (std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end()) return "";
    std::string all;
    for (const auto& choice : spec.choices) all += concat(all.empty() ? "" : ", ", quoted(choice));
    return concat("is ", quoted(text), ", must be one of ", all, suggestion(text, spec.choices));
  }
  for (double x : numbers_of(value)) {
    const bool fits = (spec.min_open ? x > spec.min : x >= spec.min) && (spec.max_open ? x < spec.max : x <= spec.max);
    const bool bounded = std::isfinite(spec.min) || std::isfinite(spec.max);
    if (std::isnan(x) || (bounded && !fits))
      return concat("is ", to_toml(value), ", must be ", bounded ? range_text(spec) : "a number");
  }
  return "";
}

}  // namespace

std::string range_text(const OptionSpec& spec) {
  std::string text;
  for (const std::string& choice : spec.choices) text += concat(text.empty() ? "" : ", ", choice);
  const auto bound = [&](double value) {
    const bool whole = spec.type == SCPRIOR_OPTION_INTEGER || spec.type == SCPRIOR_OPTION_INTEGERS;
    return whole ? std::to_string(static_cast<int64_t>(value)) : number(value);
  };
  if (std::isfinite(spec.min)) text += concat(spec.min_open ? "above " : "at least ", bound(spec.min));
  if (std::isfinite(spec.max))
    text += concat(text.empty() ? "" : " and ", spec.max_open ? "below " : "at most ", bound(spec.max));
  return text;
}

OptionSpec OptionSpec::at_least(double bound) const {
  OptionSpec spec = *this;
  spec.min = bound;
  spec.min_open = false;
  return spec;
}

OptionSpec OptionSpec::above(double bound) const {
  OptionSpec spec = at_least(bound);
  spec.min_open = true;
  return spec;
}

OptionSpec OptionSpec::at_most(double bound) const {
  OptionSpec spec = *this;
  spec.max = bound;
  spec.max_open = false;
  return spec;
}

OptionSpec OptionSpec::below(double bound) const {
  OptionSpec spec = at_most(bound);
  spec.max_open = true;
  return spec;
}

namespace option {

OptionSpec boolean(std::string name, bool value, std::string doc) {
  return make(std::move(name), SCPRIOR_OPTION_BOOLEAN, value, std::move(doc));
}
OptionSpec integer(std::string name, int64_t value, std::string doc) {
  return make(std::move(name), SCPRIOR_OPTION_INTEGER, value, std::move(doc));
}
OptionSpec real(std::string name, double value, std::string doc) {
  return make(std::move(name), SCPRIOR_OPTION_REAL, value, std::move(doc));
}
OptionSpec text(std::string name, std::string value, std::string doc) {
  return make(std::move(name), SCPRIOR_OPTION_TEXT, std::move(value), std::move(doc));
}
OptionSpec choice(std::string name, std::vector<std::string> choices, std::string value, std::string doc) {
  OptionSpec spec = make(std::move(name), SCPRIOR_OPTION_CHOICE, std::move(value), std::move(doc));
  spec.choices = std::move(choices);
  return spec;
}
OptionSpec integers(std::string name, std::vector<int64_t> value, std::string doc) {
  return make(std::move(name), SCPRIOR_OPTION_INTEGERS, std::move(value), std::move(doc));
}
OptionSpec reals(std::string name, std::vector<double> value, std::string doc) {
  return make(std::move(name), SCPRIOR_OPTION_REALS, std::move(value), std::move(doc));
}
OptionSpec texts(std::string name, std::vector<std::string> value, std::string doc) {
  return make(std::move(name), SCPRIOR_OPTION_TEXTS, std::move(value), std::move(doc));
}

}  // namespace option

Options Options::resolve(const OptionTable& table, const std::map<std::string, OptionValue>& given,
                         std::vector<OptionProblem>& problems) {
  Options options;
  std::vector<std::string> known;
  for (const OptionSpec& spec : table) {
    known.push_back(spec.name);
    const auto found = given.find(spec.name);
    if (found == given.end()) {
      if (spec.default_value) {
        options.values_[spec.name] = *spec.default_value;
      } else {
        problems.push_back({spec.name, concat("is required: ", spec.doc)});
      }
      continue;
    }
    const auto value = converted(spec.type, found->second);
    if (!value) {
      problems.push_back({spec.name, concat("is ", to_toml(found->second), " (", given_type(found->second),
                                            "), must be of type ", type_name(spec.type))});
      continue;
    }
    if (std::string problem = domain_problem(spec, *value); !problem.empty()) {
      problems.push_back({spec.name, std::move(problem)});
      continue;
    }
    options.values_[spec.name] = *value;
  }
  for (const auto& [name, value] : given) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    problems.push_back({name, "is not an option" + alternatives(name, known)});
  }
  return options;
}

Options Options::resolve(const OptionTable& table, const std::map<std::string, OptionValue>& given) {
  std::vector<OptionProblem> problems;
  Options options = resolve(table, given, problems);
  if (problems.empty()) return options;
  std::string text;
  for (const auto& problem : problems) text += concat(text.empty() ? "" : "\n", problem.name, ' ', problem.message);
  throw Error(Status::config, text);
}

template <class T>
const T& Options::get(std::string_view name) const {
  if (on_read_) on_read_(name);
  const auto found = values_.find(name);
  if (found == values_.end()) {
    std::vector<std::string> known;
    for (const auto& [declared, value] : values_) known.push_back(declared);
    fail(Status::internal, "option '", name, "' is read but not declared", suggestion(name, known));
  }
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) fail(Status::internal, "option '", name, "' is read as another type than declared");
  return *value;
}

bool Options::boolean(std::string_view name) const { return get<bool>(name); }
int64_t Options::integer(std::string_view name) const { return get<int64_t>(name); }
double Options::real(std::string_view name) const { return get<double>(name); }
const std::string& Options::text(std::string_view name) const { return get<std::string>(name); }
const std::vector<int64_t>& Options::integers(std::string_view name) const { return get<std::vector<int64_t>>(name); }
const std::vector<double>& Options::reals(std::string_view name) const { return get<std::vector<double>>(name); }
const std::vector<std::string>& Options::texts(std::string_view name) const {
  return get<std::vector<std::string>>(name);
}

std::string to_toml(const OptionValue& value) { return std::visit(TomlWriter{}, value); }

std::string_view type_name(scprior_option_type type) {
  switch (type) {
    case SCPRIOR_OPTION_BOOLEAN: return "boolean";
    case SCPRIOR_OPTION_INTEGER: return "integer";
    case SCPRIOR_OPTION_REAL: return "real number";
    case SCPRIOR_OPTION_TEXT: return "text";
    case SCPRIOR_OPTION_CHOICE: return "choice";
    case SCPRIOR_OPTION_INTEGERS: return "list of integers";
    case SCPRIOR_OPTION_REALS: return "list of real numbers";
    case SCPRIOR_OPTION_TEXTS: return "list of texts";
  }
  return "unknown";
}

}  // namespace scprior
