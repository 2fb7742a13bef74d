// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

#include "scprior/abi.h"
#include "scprior/api.hpp"

namespace scprior {

enum class Status : int32_t {
  argument = SCPRIOR_E_ARGUMENT,
  config = SCPRIOR_E_CONFIG,
  plugin = SCPRIOR_E_PLUGIN,
  data = SCPRIOR_E_DATA,
  numeric = SCPRIOR_E_NUMERIC,
  io = SCPRIOR_E_IO,
  cancelled = SCPRIOR_E_CANCELLED,
  unsupported = SCPRIOR_E_UNSUPPORTED,
  internal = SCPRIOR_E_INTERNAL,
};

/// The one exception type of scprior. Its text says what, where, got, wanted, and the way out.
class SCPRIOR_API Error : public std::runtime_error {
 public:
  Error(Status status, const std::string& message);
  ~Error() override;

  Status status() const noexcept { return status_; }

 private:
  Status status_;
};

/// Joins its arguments into one text, as `operator<<` prints them.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// Throws Error{status} with the joined text.
template <class... Parts>
[[noreturn]] void fail(Status status, const Parts&... parts) {
  throw Error(status, concat(parts...));
}

}  // namespace scprior
