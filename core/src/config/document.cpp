// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

#include <algorithm>

#include "scprior/error.hpp"

namespace scprior::core::config {

std::string Place::text() const {
  if (!setting.empty()) return source == "command line" ? "--set " + setting : setting;
  if (line == 0) return source;
  return concat(source, ':', line, ':', column);
}

const Member* find(const Table& table, std::string_view key) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Member& member) { return member.key == key; });
  return found == table.end() ? nullptr : &*found;
}

Member* find(Table& table, std::string_view key) {
  return const_cast<Member*>(find(static_cast<const Table&>(table), key));
}

std::string_view kind_text(const Node& node) {
  static constexpr std::string_view names[] = {"a boolean", "an integer", "a real number",   "a text",
                                               "a list",    "a table",    "a date or time"};
  return names[node.value.index()];
}

}  // namespace scprior::core::config
