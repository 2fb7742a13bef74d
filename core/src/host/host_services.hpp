// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scprior/abi.h"

namespace scprior::core {

/// The functions that a plugin is given for one call, and what it leaves with them.
class HostServices {
 public:
  HostServices();
  HostServices(const HostServices&) = delete;
  HostServices& operator=(const HostServices&) = delete;

  const scprior_host* host() const { return &host_; }
  /// The text of the last set_error, or "".
  const std::string& error() const { return error_; }

 private:
  scprior_host host_ = {};
  std::string error_;
  std::vector<std::vector<const char*>> texts_;  // lists of texts that were read
};

}  // namespace scprior::core
