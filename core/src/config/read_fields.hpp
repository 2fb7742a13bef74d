// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/fields.hpp"
#include "config/read_options.hpp"

namespace scprior::core::config {

/// The struct with what `table` says; what it does not say stays as in `base`.
template <class Config>
Config read_fields(const Table& table, const Section& section, const Fields<Config>& fields, Config base,
                   const std::vector<std::string>& elsewhere, Problems& problems) {
  OptionTable specs;
  for (const auto& field : fields) {
    specs.push_back(field.spec);
    specs.back().default_value =
        std::visit([&](auto member) { return OptionValue(base.*member); }, field.member);
  }
  assign(base, fields, read_options(table, section, specs, elsewhere, problems));
  return base;
}

/// The table under `key`; nullptr if there is none, or if it is no table (reported).
inline const Table* subtable(const Table& table, const std::string& section, const std::string& key,
                             Problems& problems) {
  const Member* member = find(table, key);
  if (member == nullptr || member->value.table()) return member ? member->value.table() : nullptr;
  problems.add(member->value.place, joined(section, key),
               concat("is ", shown(member->value), ", must be a table: [", joined(section, key), "]"));
  return nullptr;
}

/// A top-level section such as [split].
template <class Config>
Config read_section(const Table& root, const std::string& key, const Fields<Config>& fields, Config base,
                    Problems& problems) {
  const Table* table = subtable(root, "", key, problems);
  if (table == nullptr) return base;
  return read_fields(*table, Section{key, "[" + key + "]", find(root, key)->place}, fields, base, {}, problems);
}

}  // namespace scprior::core::config
