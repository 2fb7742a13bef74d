// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace scprior::bench {

/// A process that has ended.
struct Ended {
  std::string output;  ///< of its standard output
  std::string reason;  ///< "" = it ended with status 0; else what happened, with its last words
};

/// Runs a program to its end. environment: added to this process's.
/// Errors: Error{io} if no process can be started.
Ended run_child(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment);

}  // namespace scprior::bench
