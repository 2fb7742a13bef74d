// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "runtime.hpp"
#include "scprior.h"
#include "structs.hpp"
#include "text.hpp"

using namespace scprior;

namespace scprior::capi {
namespace {

/// What is kept of a caller's definition, until it is replaced and the last component made of it is gone.
struct Definition {
  scprior_definition given = {};
  bool registered = false;

  ~Definition() {
    if (registered && given.release) given.release(given.user);
  }

  int32_t create(const scprior_host* host, void** out) const {
    std::array<char, SCPRIOR_ERROR_SIZE> text = {};
    const void* made = nullptr;
    const int32_t status = given.create(given.user, &made, text.data());
    text.back() = '\0';
    if (status != SCPRIOR_OK) host->set_error(host->context, status, text.data());
    *out = const_cast<void*>(made);
    return status;
  }
};

}  // namespace
}  // namespace scprior::capi

int32_t scprior_register(const scprior_definition* definition) {
  return capi::guarded([&] {
    const auto kept = std::make_shared<capi::Definition>();
    constexpr size_t size_1_0 = offsetof(scprior_definition, release) + sizeof(void*);
    kept->given = capi::read_struct(definition, size_1_0, "scprior_definition");
    capi::need(kept->given.create, "create is NULL");
    const uint32_t kind = kept->given.kind;
    capi::need(kind == SCPRIOR_KIND_PRIOR || kind == SCPRIOR_KIND_METRIC, "a definition of kind ", kind,
               " is refused: the C tier has priors and metrics only (SCPRIOR_KIND_PRIOR, SCPRIOR_KIND_METRIC); ",
               "write it in C++");
    core::ComponentEntry entry = {};
    entry.kind = static_cast<scprior_kind>(kind);
    entry.name = capi::text_of(kept->given.name, "name");
    entry.summary = capi::text_or_empty(kept->given.summary);
    entry.file = "(registered)";
    entry.create = [kept = kept.get()](const scprior_host* host, const scprior_options*, void** out) {
      return kept->create(host, out);
    };
    entry.owner = kept;
    capi::define(std::move(entry));
    kept->registered = true;
  });
}
