// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "commands.hpp"
#include "scprior/core/describe.hpp"

namespace scprior::app {
namespace {

/// "C++  prior/vamp, flow/iaf": what a loaded file offers.
std::string offer_text(const core::PluginFile& file, const core::PluginHost& host) {
  bool has_c = false, has_cxx = false;
  std::string names;
  for (const core::ComponentEntry& entry : host.components()) {
    if (entry.file != file.path) continue;
    (entry.tier == SCPRIOR_TIER_C ? has_c : has_cxx) = true;
    names += concat(names.empty() ? "" : ", ", core::kind_name(entry.kind), '/', entry.name);
  }
  if (names.empty()) return "offers nothing";
  return concat(has_c ? "C" : "", has_c && has_cxx ? " and " : "", has_cxx ? "C++" : "", "  ", names);
}

}  // namespace

int list(const std::string& kind, const core::PluginHost& host) {
  for (const scprior_kind listed : core::all_kinds()) {
    if (!kind.empty() && core::kind_of(kind) != listed) continue;
    fmt::print("{}\n", core::kind_name(listed));
    for (const core::ComponentEntry& entry : host.components())
      if (entry.kind == listed) fmt::print("  {:<22} {}\n", entry.name, entry.summary);
  }
  return 0;
}

int plugins(const core::PluginHost& host) {
  fmt::print("searched:\n");
  for (const auto& folder : host.searched()) fmt::print("  {}\n", folder.string());
  fmt::print("files:\n");
  for (const core::PluginFile& file : host.files()) {
    if (file.loaded) {
      fmt::print("  loaded   {} {}  {}\n           {}\n", file.id, file.version, offer_text(file, host),
                 file.path.string());
    } else {
      fmt::print("  refused  {}\n           {}\n", file.path.string(), file.reason);
    }
  }
  return 0;
}

}  // namespace scprior::app
