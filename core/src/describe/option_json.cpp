// SPDX-License-Identifier: Apache-2.0
#include "describe/option_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace scprior::core {
namespace {

using Json = nlohmann::ordered_json;

Json bound(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json options_json(const OptionTable& options) {
  Json list = Json::array();
  for (const OptionSpec& spec : options) {
    const Json value = spec.default_value ? std::visit([](const auto& x) { return Json(x); }, *spec.default_value)
                                          : Json();
    list.push_back({{"name", spec.name},
                    {"type", std::string(type_name(spec.type))},
                    {"default", value},
                    {"required", !spec.default_value},
                    {"min", bound(spec.min)},
                    {"max", bound(spec.max)},
                    {"min_open", spec.min_open},
                    {"max_open", spec.max_open},
                    {"choices", spec.choices},
                    {"range", range_text(spec)},
                    {"doc", spec.doc}});
  }
  return list;
}

/// Texts of plugins need not be valid UTF-8.
std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string component_json(const ComponentEntry& component) {
  Json capabilities = Json::array();
  if (component.capabilities & SCPRIOR_OFFERS_KL) capabilities.push_back("kl");
  if (component.capabilities & SCPRIOR_OFFERS_INVERSE) capabilities.push_back("inverse");
  if (component.capabilities & SCPRIOR_WANTS_CELLS) capabilities.push_back("cells");
  return dumped({{"kind", kind_name(component.kind)},
                 {"name", component.name},
                 {"summary", component.summary},
                 {"citation", component.citation},
                 {"capabilities", capabilities},
                 {"tier", component.tier == SCPRIOR_TIER_C ? "C" : "C++"},
                 {"plugin", component.plugin_id},
                 {"version", component.plugin_version},
                 {"author", component.plugin_author},
                 {"license", component.plugin_license},
                 {"url", component.plugin_url},
                 {"file", component.file.string()},
                 {"options", options_json(component.options)}});
}

std::string section_json(const ConfigSection& section) {
  const size_t begin = section.header.find_first_not_of('[');
  const std::string name =
      begin == std::string::npos ? "" : section.header.substr(begin, section.header.find(']') - begin);
  return dumped({{"section", name},
                 {"header", section.header},
                 {"doc", section.doc},
                 {"options", options_json(*section.options)}});
}

}  // namespace scprior::core
