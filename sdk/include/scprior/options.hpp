// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scprior/abi.h"
#include "scprior/api.hpp"

namespace scprior {

using OptionValue = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<double>,
                                 std::vector<std::string>>;

/// One row of a component's option table: validated against, printed by `scprior describe`.
struct SCPRIOR_API OptionSpec {
  std::string name;
  scprior_option_type type = SCPRIOR_OPTION_INTEGER;
  std::optional<OptionValue> default_value;  ///< none = required
  std::string doc;                           ///< one line, no full stop needed
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_open = false;  ///< true: the value must be above min, not equal to it
  bool max_open = false;
  std::vector<std::string> choices;

  OptionSpec at_least(double bound) const;
  OptionSpec above(double bound) const;
  OptionSpec at_most(double bound) const;
  OptionSpec below(double bound) const;
};

using OptionTable = std::vector<OptionSpec>;

/// Makers of option rows: `option::integer("components", 500, "pseudo-inputs K").at_least(1)`.
namespace option {
SCPRIOR_API OptionSpec boolean(std::string name, bool default_value, std::string doc);
SCPRIOR_API OptionSpec integer(std::string name, int64_t default_value, std::string doc);
SCPRIOR_API OptionSpec real(std::string name, double default_value, std::string doc);
SCPRIOR_API OptionSpec text(std::string name, std::string default_value, std::string doc);
SCPRIOR_API OptionSpec choice(std::string name, std::vector<std::string> choices, std::string default_value,
                              std::string doc);
SCPRIOR_API OptionSpec integers(std::string name, std::vector<int64_t> default_value, std::string doc);
SCPRIOR_API OptionSpec reals(std::string name, std::vector<double> default_value, std::string doc);
SCPRIOR_API OptionSpec texts(std::string name, std::vector<std::string> default_value, std::string doc);
}  // namespace option

/// One thing wrong with given options. `name` is the option at fault.
struct OptionProblem {
  std::string name;
  std::string message;
};

/// The resolved options of one component: every declared option has a value.
class SCPRIOR_API Options {
 public:
  Options() = default;

  /// Checks `given` against `table` and fills in the defaults. An integer is accepted where a real is wanted, never
  /// the reverse; a scalar is not accepted where a list is wanted. Everything wrong is appended to `problems`; the
  /// result is usable only if nothing was appended.
  static Options resolve(const OptionTable& table, const std::map<std::string, OptionValue>& given,
                         std::vector<OptionProblem>& problems);

  /// As above. Errors: Error{config} naming every problem.
  static Options resolve(const OptionTable& table, const std::map<std::string, OptionValue>& given);

  /// Typed access. Errors: Error{internal} if the component did not declare an option of that name and type.
  bool boolean(std::string_view name) const;
  int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  const std::string& text(std::string_view name) const;  ///< also for choices
  const std::vector<int64_t>& integers(std::string_view name) const;
  const std::vector<double>& reals(std::string_view name) const;
  const std::vector<std::string>& texts(std::string_view name) const;

  const std::map<std::string, OptionValue, std::less<>>& values() const { return values_; }

  /// Calls `listener` with the name of each option that is read from now on, from this object or a copy made later
  /// (the conformance kit finds options that nobody reads).
  void on_read(std::function<void(std::string_view name)> listener) { on_read_ = std::move(listener); }

 private:
  template <class T>
  const T& get(std::string_view name) const;

  std::map<std::string, OptionValue, std::less<>> values_;
  std::function<void(std::string_view)> on_read_;
};

/// As written in TOML: true, 500, 0.2, "log1p", [512, 256].
SCPRIOR_API std::string to_toml(const OptionValue& value);

/// "integer", "list of integers", ... as users read it.
SCPRIOR_API std::string_view type_name(scprior_option_type type);

/// What an option accepts, in words: "at least 1 and below 5", "log1p, counts"; "" = anything of its type.
SCPRIOR_API std::string range_text(const OptionSpec& spec);

/// `; did you mean "log1p"?` with the name of `known` that nearest_name finds, or "".
SCPRIOR_API std::string suggestion(std::string_view name, const std::vector<std::string>& known);

/// As suggestion, followed by all of `known`: `; did you mean "vamp"? Known: standard_normal, vamp`.
SCPRIOR_API std::string alternatives(std::string_view name, const std::vector<std::string>& known);

/// The name among `known` that is nearest to `name` (Damerau-Levenshtein distance at most max(2, length / 3)), or "".
SCPRIOR_API std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

}  // namespace scprior
