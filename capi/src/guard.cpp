// SPDX-License-Identifier: Apache-2.0
#include "guard.hpp"

#include <string>

#include "scprior/core/exception_text.hpp"

namespace scprior::capi {
namespace {

struct LastCall {
  int32_t status = SCPRIOR_OK;
  std::string text;
  const char* fixed = nullptr;  // instead of text, where there was no memory for it
};

LastCall& last_call() noexcept {
  thread_local LastCall last;
  return last;
}

struct Said {
  Status status;
  std::string text;
};

Said said_by(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    return {known.status(), known.what()};
  } catch (const std::exception& other) {
    return {Status::internal, core::exception_text(other)};
  } catch (...) {
    return {Status::internal, "something was thrown that is no std::exception, by a callback or a plugin"};
  }
}

}  // namespace

int32_t last_status() noexcept { return last_call().status; }

const char* last_error() noexcept {
  const LastCall& last = last_call();
  return last.fixed ? last.fixed : last.text.c_str();
}

int32_t succeeded() noexcept { return last_call().status = SCPRIOR_OK; }

int32_t failed(const std::exception_ptr& error) noexcept {
  LastCall& last = last_call();
  try {
    Said said = said_by(error);
    last.fixed = nullptr;
    last.text.swap(said.text);
    return last.status = static_cast<int32_t>(said.status);
  } catch (...) {
    last.fixed = "not enough memory";
    return last.status = SCPRIOR_E_INTERNAL;
  }
}

}  // namespace scprior::capi
