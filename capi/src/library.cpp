// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "guard.hpp"
#include "runtime.hpp"
#include "scprior.h"
#include "scprior/core/log.hpp"
#include "scprior/core/report.hpp"

using namespace scprior;

namespace {

std::string facts_json() {
  nlohmann::ordered_json json;
  for (const core::Fact& fact : core::standard_versions()) json[fact.name] = fact.value;
  json["C interface"] = concat(SCPRIOR_C_MAJOR, '.', SCPRIOR_C_MINOR);
  return json.dump();
}

}  // namespace

uint32_t scprior_c_version(void) { return SCPRIOR_C_MAJOR * 65536u + SCPRIOR_C_MINOR; }

const char* scprior_build_info(void) {
  const char* text = "{}";
  capi::guarded([&] {
    static const std::string& made = *new std::string(facts_json());
    text = made.c_str();
  });
  return text;
}

const char* scprior_last_error(void) { return capi::last_error(); }

int32_t scprior_last_status(void) { return capi::last_status(); }

int32_t scprior_set_threads(int64_t n_threads) {
  return capi::guarded([&] {
    capi::need(n_threads >= 0 && n_threads <= 4096, "n_threads is ", n_threads,
               ", must be from 1 to 4096, or 0 for as many as the process may use");
    capi::set_threads(n_threads);
  });
}

int32_t scprior_set_log(scprior_log_function log, void* user, int32_t level) {
  return capi::guarded([&] {
    capi::need(level >= 0 && level <= 3, "level is ", level, ", must be from 0 (debug) to 3 (error)");
    if (!log) return core::set_log_sink({});
    core::set_log_sink([=](int32_t given, const char* text) {
      if (given >= level) log(user, given, text);
    });
  });
}
