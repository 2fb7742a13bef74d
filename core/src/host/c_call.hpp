// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "scprior/error.hpp"

namespace scprior::core {

/// The status of a plugin, or Status::plugin for one that this host does not know.
inline Status known_status(int32_t status) {
  const bool known = (status >= SCPRIOR_E_ARGUMENT && status <= SCPRIOR_E_UNSUPPORTED) || status == SCPRIOR_E_INTERNAL;
  return known ? static_cast<Status>(status) : Status::plugin;
}

/// what: "prior/name (file): log_prob". Calls a function of the C tier with a buffer for the text of its failure, which
/// becomes an Error.
template <class Call>
void c_call(const std::string& what, Call call) {
  std::array<char, SCPRIOR_ERROR_SIZE> text = {};
  const int32_t status = call(text.data());
  if (status == SCPRIOR_OK) return;
  text.back() = '\0';
  fail(known_status(status), what, " failed: ", text[0] ? text.data() : "the plugin gave no reason");
}

}  // namespace scprior::core
