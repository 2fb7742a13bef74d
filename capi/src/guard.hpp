// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>

#include "scprior/error.hpp"

namespace scprior::capi {

/// Status and text of the last call on this thread, see scprior_last_error().
int32_t last_status() noexcept;
const char* last_error() noexcept;

int32_t succeeded() noexcept;
/// Keeps what went wrong. Returns the status.
int32_t failed(const std::exception_ptr& error) noexcept;

/// The frame of every function that returns a status: nothing that `body` throws leaves it.
template <class Body>
int32_t guarded(Body body) noexcept {
  try {
    body();
    return succeeded();
  } catch (...) {
    return failed(std::current_exception());
  }
}

/// Throws Error{argument} with the joined parts unless `fits`.
template <class... Parts>
void need(bool fits, const Parts&... parts) {
  if (!fits) fail(Status::argument, parts...);
}

}  // namespace scprior::capi
