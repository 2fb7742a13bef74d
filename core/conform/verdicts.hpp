// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace scprior::conform {

enum class Verdict { holds, broken, skipped, waived };

struct Counts {
  int64_t holds = 0, broken = 0, skipped = 0, waived = 0;
  std::map<std::string, int64_t> skipped_laws;  ///< "law: reason", and how often

  /// `text`: the law, with the reason if it is skipped.
  void add(Verdict verdict, std::string_view text);
};

/// Prints one line, "ok      LAW", "FAILED  LAW: detail", ...; further lines of `detail` are indented.
void print_verdict(Verdict verdict, std::string_view law, std::string_view detail = "");

/// Counts and prints it.
void record(Counts& counts, Verdict verdict, std::string_view law, std::string_view detail = "");

/// The verdict that a printed line starts with, which is taken off; false for other lines.
bool parse_verdict(std::string_view& line, Verdict& verdict);

/// Lines from a component's own process to the one that reads it. A law that starts is told as control + law.
inline constexpr char control = '\x01';
inline constexpr std::string_view end_of_laws = "\x01" "end";
inline constexpr std::string_view show = "\x01>";  ///< what follows is shown as it is

}  // namespace scprior::conform
