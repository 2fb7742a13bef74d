// SPDX-License-Identifier: Apache-2.0
#include "byte_planes.hpp"

#include <bit>
#include <cstring>

namespace scprior::h5ad {

namespace {

/// Shifts and ors, which the compiler turns into vector code, unlike stores of single bytes.
template <class Word>
void join_words(const uint8_t* planes, size_t n, uint8_t* out) {
  for (size_t i = 0; i < n; ++i) {
    Word word = 0;
    for (size_t byte = 0; byte < sizeof(Word); ++byte) {
      const size_t place = std::endian::native == std::endian::little ? byte : sizeof(Word) - 1 - byte;
      word = static_cast<Word>(word | static_cast<Word>(planes[byte * n + i]) << (8 * place));
    }
    std::memcpy(out + i * sizeof(Word), &word, sizeof(Word));
  }
}

}  // namespace

void join_byte_planes(const uint8_t* planes, size_t n, size_t item, uint8_t* out) {
  switch (item) {
    case 2: return join_words<uint16_t>(planes, n, out);
    case 4: return join_words<uint32_t>(planes, n, out);
    case 8: return join_words<uint64_t>(planes, n, out);
    default:
      for (size_t byte = 0; byte < item; ++byte)
        for (size_t i = 0; i < n; ++i) out[i * item + byte] = planes[byte * n + i];
  }
}

}  // namespace scprior::h5ad
