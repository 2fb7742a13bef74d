// SPDX-License-Identifier: Apache-2.0
#include "report/format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace scprior::core {
namespace {

std::string not_finite(double value) { return std::isnan(value) ? "NaN" : value > 0 ? "Inf" : "-Inf"; }

/// The code point that begins at `at`, which is moved behind it. A byte that begins none counts as one.
uint32_t next_code_point(const std::string& text, size_t& at) {
  const unsigned char lead = text[at++];
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  uint32_t point = more == 0 ? lead : lead & (0x3F >> more);
  for (int i = 0; i < more && at < text.size() && (text[at] & 0xC0) == 0x80; ++i)
    point = point << 6 | (text[at++] & 0x3F);
  return point;
}

}  // namespace

std::string format_number(double value, int decimals) {
  if (!std::isfinite(value)) return not_finite(value);
  char buffer[400];  // the largest double has 309 digits before the point
  const auto format = decimals < 0 ? std::chars_format::scientific : std::chars_format::fixed;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format, decimals < 0 ? 2 : decimals).ptr;
  std::string text(buffer, end);
  if (text[0] == '-' && text.find_first_of("123456789") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string format_exact(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  char buffer[40];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

int decimals_for(std::span<const double> values) {
  double largest = 0;
  bool whole = true;
  for (double value : values) {
    if (!std::isfinite(value)) continue;
    largest = std::max(largest, std::abs(value));
    whole = whole && value == std::round(value);
  }
  if (whole || largest >= 10000) return 0;
  if (largest >= 10) return 1;
  if (largest >= 1) return 2;
  return largest >= 0.01 ? 3 : -1;
}

std::string html_escaped(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

size_t display_width(const std::string& text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const uint32_t point = next_code_point(text, at);
    if (point < 0x300 || point > 0x36F) ++width;
  }
  return width;
}

}  // namespace scprior::core
