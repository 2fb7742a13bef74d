// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scprior::core {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they lie in memory");

/// RFC 4648 base64 with padding.
std::string to_base64(const void* bytes, size_t size);

/// The bytes, or none if `text` is no base64 (with padding, without white space).
std::optional<std::string> from_base64(std::string_view text);

template <class T>
std::string numbers_to_base64(const std::vector<T>& values) {
  return to_base64(values.data(), values.size() * sizeof(T));
}

/// None if `text` is no base64 or holds no whole number of values.
template <class T>
std::optional<std::vector<T>> numbers_from_base64(std::string_view text) {
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() % sizeof(T) != 0) return std::nullopt;
  std::vector<T> values(bytes->size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes->data(), bytes->size());
  return values;
}

}  // namespace scprior::core
