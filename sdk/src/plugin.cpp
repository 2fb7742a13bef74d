// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include <deque>

namespace scprior {

/// Text members of the C structs point into `texts` and `choices`, whose elements never move.
struct PluginDescriptor::Tables {
  scprior_build build;
  std::deque<std::string> texts;
  std::deque<std::vector<const char*>> choices;
  std::deque<std::vector<scprior_option>> options;
  std::vector<scprior_component> components;
  scprior_plugin plugin;

  const char* keep(std::string text) { return texts.emplace_back(std::move(text)).c_str(); }

  const char* const* keep_choices(const std::vector<std::string>& names) {
    auto& list = choices.emplace_back();
    for (const auto& name : names) list.push_back(keep(name));
    list.push_back(nullptr);
    return list.data();
  }

  scprior_option row(const OptionSpec& spec) {
    scprior_option option = {};
    option.struct_size = sizeof(scprior_option);
    option.type = spec.type;
    if (!spec.default_value) option.flags |= SCPRIOR_OPTION_REQUIRED;
    if (spec.min_open) option.flags |= SCPRIOR_OPTION_MIN_OPEN;
    if (spec.max_open) option.flags |= SCPRIOR_OPTION_MAX_OPEN;
    option.name = keep(spec.name);
    option.doc = keep(spec.doc);
    option.default_value = spec.default_value ? keep(to_toml(*spec.default_value)) : nullptr;
    option.min = spec.min;
    option.max = spec.max;
    option.choices = spec.choices.empty() ? nullptr : keep_choices(spec.choices);
    return option;
  }
};

PluginDescriptor::PluginDescriptor(const PluginInfo& info, const scprior_build& build,
                                   std::vector<ComponentSpec> components)
    : tables_(std::make_unique<Tables>()) {
  tables_->build = build;
  for (const ComponentSpec& spec : components) {
    auto& rows = tables_->options.emplace_back();
    for (const OptionSpec& option : spec.options) rows.push_back(tables_->row(option));
    scprior_component entry = {};
    entry.struct_size = sizeof(scprior_component);
    entry.kind = spec.kind;
    entry.tier = SCPRIOR_TIER_CXX;
    entry.n_options = static_cast<uint32_t>(rows.size());
    entry.name = tables_->keep(spec.info.name);
    entry.summary = tables_->keep(spec.info.summary);
    entry.citation = tables_->keep(spec.info.citation);
    entry.options = rows.data();
    entry.capabilities = spec.info.capabilities;
    entry.create = spec.create;
    tables_->components.push_back(entry);
  }
  scprior_plugin& plugin = tables_->plugin;
  plugin = {};
  plugin.magic = SCPRIOR_PLUGIN_MAGIC;
  plugin.struct_size = sizeof(scprior_plugin);
  plugin.abi_major = info.abi_major;
  plugin.abi_minor = info.abi_minor;
  plugin.n_components = static_cast<uint32_t>(tables_->components.size());
  plugin.id = tables_->keep(info.id);
  plugin.version = tables_->keep(info.version);
  plugin.author = tables_->keep(info.author);
  plugin.license = tables_->keep(info.license);
  plugin.url = tables_->keep(info.url);
  plugin.build = &tables_->build;
  plugin.components = tables_->components.data();
}

PluginDescriptor::~PluginDescriptor() = default;
const scprior_plugin* PluginDescriptor::get() const { return &tables_->plugin; }

}  // namespace scprior
