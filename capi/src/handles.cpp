// SPDX-License-Identifier: Apache-2.0
#include "handles.hpp"

namespace scprior::capi {
namespace {

constexpr int bits_of_kind = 4;
std::atomic<uintptr_t> next_number{1};

const char* type_of(Kind kind) { return kind == Kind::data ? "scprior_data" : "scprior_model"; }

}  // namespace

uintptr_t new_handle(Kind kind) { return next_number++ << bits_of_kind | static_cast<uintptr_t>(kind); }

void refuse_handle(uintptr_t handle, Kind kind) {
  const char* wanted = type_of(kind);
  need(handle != 0, "the ", wanted, " is NULL; it was never made, or the call that should have made it failed");
  const uintptr_t number = handle >> bits_of_kind;
  const auto is = static_cast<Kind>(handle & ((1 << bits_of_kind) - 1));
  if (number > 0 && number < next_number && (is == Kind::data || is == Kind::model)) {
    need(is == kind, "wanted a ", wanted, ", got a ", type_of(is));
    fail(Status::argument, "the ", wanted, " was freed before this call");
  }
  fail(Status::argument, "this is no ", wanted, " of this library");
}

}  // namespace scprior::capi
