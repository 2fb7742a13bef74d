// SPDX-License-Identifier: Apache-2.0
#include "kinds.hpp"

#include <vector>

#include "scprior/core/plugin_host.hpp"
#include "scprior/error.hpp"

namespace scprior::app {

scprior_kind kind_of(const std::string& name) {
  std::vector<std::string> known;
  for (const scprior_kind kind : core::all_kinds()) {
    if (core::kind_name(kind) == name || core::kind_name(kind) + "s" == name) return kind;
    known.push_back(core::kind_name(kind));
  }
  fail(Status::argument, "\"", name, "\" is no kind of component", alternatives(name, known));
}

}  // namespace scprior::app
