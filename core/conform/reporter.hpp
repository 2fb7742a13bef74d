// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "verdicts.hpp"

namespace scprior::conform {

/// What the Catch2 reporter "conform" does, set before the session runs.
struct Reporting {
  std::map<std::string, std::string> waived;  ///< law -> reason
  bool to_parent = false;                     ///< tell each law before it starts, for the process that reads the output
  Counts counts;
};
Reporting& reporting();

}  // namespace scprior::conform
