// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

// The standard fixes the numbers of std::mt19937_64 but not those of std::shuffle and std::uniform_int_distribution,
// which differ between libraries. These do not.

namespace scprior::core {

/// Uniform on 0 ... n - 1, without bias. n >= 1.
inline uint64_t random_below(std::mt19937_64& engine, uint64_t n) {
  const uint64_t rejected = (0 - n) % n;  // 2^64 mod n values would be too frequent
  uint64_t draw = engine();
  while (draw < rejected) draw = engine();
  return draw % n;
}

/// Fisher-Yates, from the end.
inline void shuffle(std::vector<int64_t>& values, std::mt19937_64& engine) {
  for (size_t left = values.size(); left > 1; --left) std::swap(values[left - 1], values[random_below(engine, left)]);
}

}  // namespace scprior::core
