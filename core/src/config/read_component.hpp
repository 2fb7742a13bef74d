// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/problems.hpp"
#include "scprior/core/config.hpp"
#include "scprior/core/plugin_host.hpp"

namespace scprior::core::config {

/// A component as far as it is read: what a [[model]] inherits from [model_defaults], and that from the preset.
struct ComponentSlot {
  ComponentChoice choice;
  Place place;            ///< of its type; without a line where a preset chose it
  bool resolved = false;  ///< options are checked: choice.options hold values
  bool reported = false;  ///< something is wrong with it, and that is reported
};

/// What a component is read for.
struct SlotContext {
  scprior_kind kind;
  std::string key;              ///< "model.prior"
  Place place;                  ///< of the table that holds it
  bool complete = true;         ///< false: options without a default may still come from a [[model]]
  bool none_allowed = false;    ///< "none" is a choice
  const ComponentSlot* inherited = nullptr;
};

/// Reads `"vamp"`, `{ type = "vamp", components = 500 }`, or a table without type, which takes the inherited one.
/// Options are inherited only if the type is the same. given == nullptr: everything is inherited.
ComponentSlot read_component(const Node* given, const SlotContext& context, const PluginHost& host, Problems& problems);

}  // namespace scprior::core::config
