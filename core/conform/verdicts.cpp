// SPDX-License-Identifier: Apache-2.0
#include "verdicts.hpp"

#include <array>
#include <iostream>

namespace scprior::conform {
namespace {

constexpr std::array<std::string_view, 4> words = {"ok      ", "FAILED  ", "skipped ", "waived  "};

}  // namespace

void Counts::add(Verdict verdict, std::string_view text) {
  switch (verdict) {
    case Verdict::holds: ++holds; break;
    case Verdict::broken: ++broken; break;
    case Verdict::waived: ++waived; break;
    case Verdict::skipped:
      ++skipped;
      ++skipped_laws[std::string(text)];
      break;
  }
}

void record(Counts& counts, Verdict verdict, std::string_view law, std::string_view detail) {
  const std::string text = std::string(law) + (detail.empty() ? "" : ": ") + std::string(detail);
  counts.add(verdict, text.substr(0, text.find('\n')));
  print_verdict(verdict, law, detail);
}

void print_verdict(Verdict verdict, std::string_view law, std::string_view detail) {
  std::cout << words[static_cast<size_t>(verdict)] << law << (detail.empty() ? "" : ": ");
  for (const char c : detail) {
    std::cout << c;
    if (c == '\n') std::cout << "        ";
  }
  std::cout << std::endl;  // flushed: a crash must not swallow what was found
}

bool parse_verdict(std::string_view& line, Verdict& verdict) {
  for (size_t i = 0; i < words.size(); ++i)
    if (line.substr(0, words[i].size()) == words[i]) {
      verdict = static_cast<Verdict>(i);
      line.remove_prefix(words[i].size());
      return true;
    }
  return false;
}

}  // namespace scprior::conform
