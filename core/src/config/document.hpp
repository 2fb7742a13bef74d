// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// A configuration text as a tree of plain values that know where they were written. Everything after parse_toml.cpp
// works on this tree, whether it came from a file, from a text, or from settings of the command line.

namespace scprior::core::config {

/// Where something was written: a position in a file, or a setting of the command line.
struct Place {
  std::string source;    ///< the file as the user named it, or "command line"; "" = a preset
  int64_t line = 0;      ///< from 1; 0 = the place has no line
  int64_t column = 0;    ///< from 1; for settings: their order
  std::string setting;   ///< KEY of `--set KEY=VALUE`; "" = not a setting

  /// "file.toml:14:12", "--set prior.components", or the source alone.
  std::string text() const;
};

struct Node;
struct Member;
using List = std::vector<Node>;
using Table = std::vector<Member>;
struct DateOrTime {};

struct Node {
  Place place;
  std::variant<bool, int64_t, double, std::string, List, Table, DateOrTime> value;
  std::string raw;  ///< a setting's VALUE as typed, so that `name=1` can be a text; "" otherwise

  const Table* table() const { return std::get_if<Table>(&value); }
  const List* list() const { return std::get_if<List>(&value); }
  const std::string* text() const { return std::get_if<std::string>(&value); }
};

struct Member {
  std::string key;
  Place place;  ///< of the key
  Node value;
};

/// nullptr if the table has no such key.
const Member* find(const Table& table, std::string_view key);
Member* find(Table& table, std::string_view key);

/// "a table", "a list", "a date or time", "an integer", ... for messages.
std::string_view kind_text(const Node& node);

}  // namespace scprior::core::config
