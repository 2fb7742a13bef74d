// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "scprior/options.hpp"

namespace scprior::conform {

using OptionSet = std::map<std::string, OptionValue>;

struct Waiver {
  std::string law, reason;
  std::string component;  ///< "prior/vamp"; "" = all
  int64_t set = 0;        ///< only for this set of the component's, counted from 1; 0 = all, the defaults too
};

/// The author's file of further option sets and of laws that a component does not keep on purpose:
///
///     [[prior.vamp]]              # [prior.vamp] if there is one set only
///     components = 5
///
///     [[prior.vamp]]
///     init = "constant"
///
///     [[waive]]
///     component = "prior/vamp"    # optional: only of this one,
///     set = 2                     # optional: only of its second set in this file
///     law = "prior: exp(log_prob) integrates to one"
///     reason = "a published form that leaves ln K out"
struct ConformFile {
  std::map<std::string, std::vector<OptionSet>> sets;  ///< by component, "prior/vamp"
  std::vector<Waiver> waivers;
};

/// Errors: Error{config} with place and text.
ConformFile read_conform_file(const std::filesystem::path& file);

struct Case {
  OptionSet options;
  int64_t set = 0;  ///< number of the set in the file; 0 = the defaults
};

/// What a component is tested with: its defaults, unless an option is required, then the sets of the file.
std::vector<Case> cases_of(const ConformFile& file, const std::string& component, const OptionTable& table);

/// Law -> reason.
std::map<std::string, std::string> waivers_of(const ConformFile& file, const std::string& component, int64_t set);

/// Refuses sets that do not fit the options of `component`. Errors: Error{config} with one text.
void check_sets(const ConformFile& file, const std::string& component, const OptionTable& table);

/// Refuses waivers of components, laws and sets that there are none of. `laws`: by component. Errors: Error{config}.
void check_waivers(const ConformFile& file, const std::map<std::string, std::vector<std::string>>& laws);

/// "components = 5, init = \"constant\"", or "defaults".
std::string option_set_text(const OptionSet& set);

}  // namespace scprior::conform
