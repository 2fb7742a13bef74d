// SPDX-License-Identifier: Apache-2.0
#include "config/problems.hpp"

#include <algorithm>
#include <tuple>

#include "scprior/error.hpp"

namespace scprior::core::config {
namespace {

/// The key as the user of `--set` writes it: settings name no [[model]] or [[data]].
std::string setting_key(const std::string& key) {
  for (const std::string prefix : {"model.", "data."})
    if (key.starts_with(prefix)) return key.substr(prefix.size());
  return key;
}

std::string indented(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

std::string line_of(const Place& place, const std::string& key, const std::string& text) {
  std::string shown = place.setting.empty() ? key : setting_key(key);
  if (!place.setting.empty() && shown == place.setting) shown.clear();
  if (place.source == "settings" && place.setting.empty()) return shown.empty() ? text : concat(shown, ": ", text);
  return concat(place.text(), ": ", shown, shown.empty() ? "" : ": ", indented(text));
}

}  // namespace

void Problems::add(const Place& place, const std::string& key, const std::string& text) {
  problems_.push_back({place, key, text});
}

void Problems::add_once(const Place& place, const std::string& key, const std::string& text) {
  if (std::none_of(problems_.begin(), problems_.end(),
                   [&](const Problem& known) { return known.key == key && known.text == text; }))
    add(place, key, text);
}

void Problems::throw_if_any() const {
  if (problems_.empty()) return;
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  std::string text;
  for (const auto& [place, key, said] : sorted) text += concat(text.empty() ? "" : "\n", line_of(place, key, said));
  throw Error(Status::config, text);
}

}  // namespace scprior::core::config
