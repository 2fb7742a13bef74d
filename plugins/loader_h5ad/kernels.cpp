// SPDX-License-Identifier: Apache-2.0
#include "kernels.hpp"

#include <charconv>
#include <limits>
#include <type_traits>

namespace scprior::h5ad {

namespace {

// Without early exits, so that the compiler makes vector code of the loops.

template <class T>
bool floats_of(const T* from, int64_t n, float* to) {
  int32_t exact = 1;
  for (int64_t i = 0; i < n; ++i) {
    const T value = from[i];
    to[i] = static_cast<float>(value);
    if constexpr (std::is_floating_point_v<T>) {
      const T size = value < 0 ? -value : value;
      exact &= !((size > static_cast<T>(largest_exact)) & (size <= std::numeric_limits<T>::max()));
    } else if constexpr (sizeof(T) > 2) {
      exact &= value <= static_cast<T>(largest_exact);
      if constexpr (std::is_signed_v<T>) exact &= value >= -static_cast<T>(largest_exact);
    }
  }
  return exact != 0;
}

template <class T>
bool places_of(const T* from, int64_t n, int64_t limit, int32_t* to) {
  int32_t inside = 1;
  for (int64_t i = 0; i < n; ++i) {
    // A negative number becomes a large one.
    inside &= static_cast<uint64_t>(static_cast<int64_t>(from[i])) < static_cast<uint64_t>(limit);
    to[i] = static_cast<int32_t>(from[i]);
  }
  return inside != 0;
}

/// The type that nearly all files have: comparisons of 32 bits.
bool places_of(const int32_t* from, int64_t n, int64_t limit, int32_t* to) {
  const uint32_t end = static_cast<uint32_t>(limit);
  int32_t inside = 1;
  for (int64_t i = 0; i < n; ++i) {
    inside &= static_cast<uint32_t>(from[i]) < end;
    to[i] = from[i];
  }
  return inside != 0;
}

}  // namespace

bool to_floats(NumberType type, const void* from, int64_t n, float* to) {
  bool exact = true;
  visit_number(type, [&](auto zero) { exact = floats_of(static_cast<const decltype(zero)*>(from), n, to); });
  return exact;
}

bool to_places(NumberType type, const void* from, int64_t n, int64_t limit, int32_t* to) {
  bool inside = false;
  visit_number(type, [&](auto zero) {
    if constexpr (std::is_integral_v<decltype(zero)>)
      inside = places_of(static_cast<const decltype(zero)*>(from), n, limit, to);
  });
  return inside;
}

bool ascend(const int32_t* numbers, int64_t n) {
  int32_t all = 1;
  for (int64_t i = 1; i < n; ++i) all &= numbers[i] > numbers[i - 1];
  return all != 0;
}

int64_t keep_nonzero(const float* row, int64_t n, int32_t* columns, float* values) {
  int64_t kept = 0;
  for (int64_t i = 0; i < n; ++i) {  // a zero is written, and overwritten
    columns[kept] = static_cast<int32_t>(i);
    values[kept] = row[i];
    kept += row[i] != 0;
  }
  return kept;
}

bool are_shorts(const float* values, int64_t n) {
  int32_t all = 1;
  for (int64_t i = 0; i < n; ++i) {
    const float positive = values[i] > 0 ? values[i] : 0, held = positive < largest_short ? positive : largest_short;
    all &= static_cast<float>(static_cast<int32_t>(held)) == values[i];
  }
  return all != 0;
}

void separate(const Entry* entries, int64_t n, int32_t* columns, float* values) {
  for (int64_t i = 0; i < n; ++i) {
    columns[i] = entries[i].column;
    values[i] = entries[i].value;
  }
}

void separate(const ShortEntry* entries, int64_t n, int32_t* columns, float* values) {
  for (int64_t i = 0; i < n; ++i) {
    columns[i] = entries[i].column;
    values[i] = entries[i].value;
  }
}

double number_at(NumberType type, const void* from, int64_t place) {
  double number = 0;
  visit_number(
      type, [&](auto zero) { number = static_cast<double>(static_cast<const decltype(zero)*>(from)[place]); });
  return number;
}

std::string number_text(NumberType type, const void* from, int64_t place) {
  char text[32];
  char* end = text;
  visit_number(type, [&](auto zero) {
    end = std::to_chars(text, text + sizeof(text), static_cast<const decltype(zero)*>(from)[place]).ptr;
  });
  return {text, end};
}

}  // namespace scprior::h5ad
