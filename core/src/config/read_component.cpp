// SPDX-License-Identifier: Apache-2.0
#include "config/read_component.hpp"

#include <algorithm>
#include <iterator>

#include "config/read_options.hpp"

namespace scprior::core::config {
namespace {

constexpr const char* no_component = "none";

/// Finds the type of the slot. Returns the table of options, or nullptr if something is wrong.
const Table* read_type(const Node* given, const SlotContext& context, ComponentSlot& slot, Problems& problems) {
  static const Table no_options;
  slot.place = context.place;
  if (context.inherited != nullptr) {
    slot.choice.type = context.inherited->choice.type;
    slot.place = context.inherited->place;
  }
  if (given == nullptr) return &no_options;
  if (const std::string* name = given->text()) {
    slot.choice.type = *name;
    slot.place = given->place;
    return &no_options;
  }
  const Table* table = given->table();
  if (table == nullptr) {
    problems.add(given->place, context.key,
                 concat("is ", shown(*given), ", must be a name, or a table { type = \"NAME\", OPTION = ... }"));
    return nullptr;
  }
  if (const Member* type = find(*table, "type")) {
    if (!type->value.text()) {
      problems.add(type->value.place, joined(context.key, "type"),
                   concat("is ", shown(type->value), ", must be a name"));
      return nullptr;
    }
    slot.choice.type = *type->value.text();
    slot.place = type->value.place;
  } else if (slot.choice.type.empty()) {
    problems.add(given->place, context.key, "does not say which: add type = \"NAME\"");
    return nullptr;
  }
  return table;
}

/// Options without a default need not be given yet.
OptionTable without_missing(const OptionTable& specs, const Table& given) {
  OptionTable out;
  std::copy_if(specs.begin(), specs.end(), std::back_inserter(out),
               [&](const OptionSpec& spec) { return spec.default_value || find(given, spec.name); });
  return out;
}

void report_unknown_type(const Node* given, const SlotContext& context, ComponentSlot& slot, const PluginHost& host,
                         Problems& problems) {
  const std::string unknown = host.unknown_text(context.kind, slot.choice.type);
  if (slot.place.source.empty())  // a preset's choice, which every model shares
    problems.add_once(given != nullptr ? given->place : context.place, context.key,
                      "is the preset's choice, but not there: " + unknown);
  else
    problems.add(slot.place, context.key, unknown);
  slot.reported = true;
}

/// Which components of the kind do know the option: often another type was meant.
std::string who_knows(const std::string& option, scprior_kind kind, const PluginHost& host) {
  std::string names;
  for (const ComponentEntry& entry : host.components()) {
    const auto has_name = [&](const OptionSpec& spec) { return spec.name == option; };
    if (entry.kind == kind && std::any_of(entry.options.begin(), entry.options.end(), has_name))
      names += concat(names.empty() ? "" : ", ", '"', entry.name, '"');
  }
  return names.empty() ? "" : concat("It is a key of ", kind_name(kind), ' ', names);
}

}  // namespace

ComponentSlot read_component(const Node* given, const SlotContext& context, const PluginHost& host,
                             Problems& problems) {
  const ComponentSlot* inherited = context.inherited;
  ComponentSlot slot;
  const Table* table = read_type(given, context, slot, problems);
  const bool same_type = inherited != nullptr && inherited->choice.type == slot.choice.type;
  if (table == nullptr || (same_type && inherited->reported && !inherited->resolved)) {
    slot.reported = true;
    return slot;
  }
  const Section section{context.key, concat(kind_name(context.kind), " \"", slot.choice.type, '"'),
                        given != nullptr ? given->place : context.place,
                        [&](const std::string& key) { return who_knows(key, context.kind, host); }};
  if (context.none_allowed && slot.choice.type == no_component) {
    read_options(*table, section, {}, {"type"}, problems);
    slot.resolved = true;
    return slot;
  }
  const ComponentEntry* entry = host.find(context.kind, slot.choice.type);
  if (entry == nullptr) {
    report_unknown_type(given, context, slot, host, problems);
    return slot;
  }
  OptionTable specs = same_type ? with_defaults(entry->options, inherited->choice.options) : entry->options;
  if (!context.complete) specs = without_missing(specs, *table);
  slot.choice.options = read_options(*table, section, specs, {"type"}, problems);
  slot.resolved = true;
  return slot;
}

}  // namespace scprior::core::config
