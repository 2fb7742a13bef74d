// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "guard.hpp"

namespace scprior::capi {
namespace {

/// The longest part of a text that has at most `size` bytes and ends with a whole UTF-8 character.
size_t cut(const std::string& text, size_t size) {
  if (text.size() <= size) return text.size();
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return size;
}

}  // namespace

void give_text(const std::string& text, char* buffer, size_t capacity, size_t* needed) {
  if (needed) *needed = text.size() + 1;
  if (capacity == 0) return;
  need(buffer, "the buffer is NULL, but its capacity is ", capacity);
  const size_t size = cut(text, capacity - 1);
  std::memcpy(buffer, text.data(), size);
  buffer[size] = '\0';
  need(size == text.size(), "the buffer of ", capacity, " bytes is too small: the text needs ", text.size() + 1);
}

void give_list(const std::vector<std::string>& texts, char* buffer, size_t capacity, size_t* needed) {
  using Json = nlohmann::json;
  give_text(Json(texts).dump(-1, ' ', false, Json::error_handler_t::replace), buffer, capacity, needed);
}

std::string text_of(const char* text, const char* what) {
  need(text, what, " is NULL");
  return text;
}

std::string text_or_empty(const char* text) { return text ? text : ""; }

std::vector<std::string> texts_of(const char* const* texts, int64_t n, const char* what) {
  need(n >= 0, "there are ", n, " ", what, ": wanted 0 or more");
  need(texts || n == 0, what, " is NULL, but there should be ", n);
  std::vector<std::string> out;
  for (int64_t i = 0; i < n; ++i) {
    need(texts[i], what, "[", i, "] is NULL");
    out.emplace_back(texts[i]);
  }
  return out;
}

}  // namespace scprior::capi
