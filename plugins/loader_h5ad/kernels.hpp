// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "numbers.hpp"

namespace scprior::h5ad {

/// Whole numbers up to this one are exact as floats.
constexpr int32_t largest_exact = 1 << 24;

/// Numbers of the type given as floats. False if a finite one is beyond 2^24, which a float may not hold exactly.
bool to_floats(NumberType type, const void* from, int64_t n, float* to);

/// Whole numbers of the type given as places in a list. False if one is outside [0, limit); the results are then of no
/// use.
bool to_places(NumberType type, const void* from, int64_t n, int64_t limit, int32_t* to);

/// True if n column or row numbers ascend without repetition.
bool ascend(const int32_t* numbers, int64_t n);

/// Copies what is not zero of `row`, and its places; returns how many there are. Room for n of each is needed.
int64_t keep_nonzero(const float* row, int64_t n, int32_t* columns, float* values);

struct Entry {
  int32_t column;
  float value;
};

/// Half as large, for columns and whole values up to largest_short.
struct ShortEntry {
  uint16_t column, value;
};
constexpr int64_t largest_short = 65535;

/// True if a ShortEntry can hold all values.
bool are_shorts(const float* values, int64_t n);

/// Copies the columns and the values of n entries.
void separate(const Entry* entries, int64_t n, int32_t* columns, float* values);
void separate(const ShortEntry* entries, int64_t n, int32_t* columns, float* values);

/// The number at `place`, and with all its digits.
double number_at(NumberType type, const void* from, int64_t place);
std::string number_text(NumberType type, const void* from, int64_t place);

}  // namespace scprior::h5ad
