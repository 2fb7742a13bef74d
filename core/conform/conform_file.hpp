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
///     component = "prior/vamp"    # optional
///     law = "prior: exp(log_prob) integrates to one"
///     reason = "a published form that leaves ln K out"
struct ConformFile {
  std::map<std::string, std::vector<OptionSet>> sets;  ///< by component, "prior/vamp"
  std::vector<Waiver> waivers;
};

/// Errors: Error{config} with place and text.
ConformFile read_conform_file(const std::filesystem::path& file);

/// What a component is tested with: its defaults, unless an option is required, then the sets of the file.
std::vector<OptionSet> option_sets(const ConformFile& file, const std::string& component, const OptionTable& table);

/// Law -> reason.
std::map<std::string, std::string> waivers_of(const ConformFile& file, const std::string& component);

/// "components = 5, init = \"constant\"", or "defaults".
std::string option_set_text(const OptionSet& set);

}  // namespace scprior::conform
