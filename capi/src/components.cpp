// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "guard.hpp"
#include "runtime.hpp"
#include "scprior.h"
#include "scprior/core/describe.hpp"
#include "text.hpp"

using namespace scprior;

namespace scprior::capi {
namespace {

using Json = nlohmann::ordered_json;

/// Texts of plugins need not be valid UTF-8.
std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json listed(const core::ComponentEntry& entry) {
  return {{"kind", core::kind_name(entry.kind)},
          {"name", entry.name},
          {"summary", entry.summary},
          {"tier", entry.tier == SCPRIOR_TIER_C ? "C" : "C++"},
          {"plugin", entry.plugin_id},
          {"version", entry.plugin_version},
          {"file", entry.file.string()}};
}

std::string described(const std::string& kind, const std::string& name, core::DescribeForm form) {
  if (kind == "section") {
    const core::ConfigSection* section = core::find_section(name);
    if (!section)
      fail(Status::argument, "\"", name, "\" is no section of an experiment file",
           alternatives(name, core::section_names()));
    return core::describe(*section, form);
  }
  const auto plugins = host();
  const scprior_kind wanted = core::kind_of(kind);
  const core::ComponentEntry* entry = plugins->find(wanted, name);
  if (!entry) throw Error(Status::argument, plugins->unknown_text(wanted, name));
  return core::describe(*entry, form);
}

}  // namespace
}  // namespace scprior::capi

int32_t scprior_load_plugin(const char* path) {
  return capi::guarded([&] { capi::load_plugin(capi::text_of(path, "path")); });
}

int32_t scprior_list(const char* kind, char* buffer, size_t capacity, size_t* needed) {
  return capi::guarded([&] {
    capi::Json list = capi::Json::array();
    const auto plugins = capi::host();
    for (const core::ComponentEntry& entry : plugins->components())
      if (!kind || core::kind_of(kind) == entry.kind) list.push_back(capi::listed(entry));
    capi::give_text(capi::dumped(list), buffer, capacity, needed);
  });
}

int32_t scprior_describe(const char* kind, const char* name, const char* format, char* buffer, size_t capacity,
                         size_t* needed) {
  return capi::guarded([&] {
    const core::DescribeForm form = core::describe_form(capi::text_of(format, "format"));
    const std::string text = capi::described(capi::text_of(kind, "kind"), capi::text_of(name, "name"), form);
    capi::give_text(text, buffer, capacity, needed);
  });
}

int32_t scprior_plugins(char* buffer, size_t capacity, size_t* needed) {
  return capi::guarded([&] {
    capi::Json list = capi::Json::array();
    const auto plugins = capi::host();
    for (const core::PluginFile& file : plugins->files())
      list.push_back({{"path", file.path.string()},
                      {"loaded", file.loaded},
                      {"reason", file.reason},
                      {"id", file.id},
                      {"version", file.version}});
    capi::give_text(capi::dumped(list), buffer, capacity, needed);
  });
}
