// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/document.hpp"
#include "config/problems.hpp"
#include "scprior/options.hpp"

namespace scprior::core::config {

/// Which table is read, for messages.
struct Section {
  std::string key;    ///< "model.prior"; "" = the top of the file
  std::string owner;  ///< what its keys belong to: "[train]", `prior "vamp"`
  Place place;        ///< where a missing key is reported
  /// What else there is to say of a key that is not known: "" or a sentence. May be empty.
  std::function<std::string(const std::string& key)> of_unknown = {};
};

/// Checks the values of `table` against `specs` and fills in the defaults. Keys in `elsewhere` are known but not read
/// here. The result lacks a value only for what is reported.
Options read_options(const Table& table, const Section& section, const OptionTable& specs,
                     const std::vector<std::string>& elsewhere, Problems& problems);

/// `specs` with the values of `options` as defaults.
OptionTable with_defaults(OptionTable specs, const Options& options);

/// "model.prior" + "components"; "" + "seeds" is "seeds".
std::string joined(const std::string& section, const std::string& key);

/// The value of a node as users wrote it, for messages: `0.5`, `"vamp"`, `a table`.
std::string shown(const Node& node);

}  // namespace scprior::core::config
