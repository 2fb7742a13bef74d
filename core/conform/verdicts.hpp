// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace scprior::conform {

enum class Verdict { holds, broken, skipped, waived };

struct Counts {
  int64_t holds = 0, broken = 0, skipped = 0, waived = 0;
  void add(Verdict verdict);
};

/// Prints one line, "ok      LAW", "FAILED  LAW: detail", ...; further lines of `detail` are indented.
void print_verdict(Verdict verdict, std::string_view law, std::string_view detail = "");

/// The verdict that a printed line starts with; false for other lines.
bool parse_verdict(std::string_view line, Verdict& verdict);

/// Lines from a component's own process to the one that reads it; never shown.
inline constexpr char control = '\x01';
inline constexpr std::string_view end_of_laws = "\x01" "end";

}  // namespace scprior::conform
