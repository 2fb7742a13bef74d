// SPDX-License-Identifier: Apache-2.0
// Built twice: for libdeflate, where it is there, and for zlib. zlib packs, in both.
#include <zlib.h>

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "inflater.hpp"

using scprior::h5ad::Inflater;
using Bytes = std::vector<uint8_t>;

namespace {

/// Bytes of which some parts repeat and some do not.
Bytes sample(size_t n) {
  Bytes bytes(n);
  uint32_t state = 12345;
  for (size_t i = 0; i < n; ++i) {
    state = state * 1664525 + 1013904223;
    bytes[i] = i % 1000 < 500 ? static_cast<uint8_t>(i / 4 % 7) : static_cast<uint8_t>(state >> 24);
  }
  return bytes;
}

Bytes packed(const Bytes& bytes, int level = 4) {
  uLongf size = compressBound(bytes.size());
  Bytes result(size);
  REQUIRE(compress2(result.data(), &size, bytes.data(), bytes.size(), level) == Z_OK);
  result.resize(size);
  return result;
}

/// Unpacks into `size` bytes with some around them that must stay as they are.
bool unpacks(Inflater& inflater, const Bytes& from, size_t size, Bytes& out) {
  constexpr size_t margin = 64;
  Bytes room(size + 2 * margin, 0xab);
  const bool intact = inflater.unpack(from, std::span(room).subspan(margin, size));
  for (size_t i = 0; i < margin; ++i) {
    REQUIRE(room[i] == 0xab);
    REQUIRE(room[margin + size + i] == 0xab);
  }
  out.assign(room.begin() + margin, room.end() - margin);
  return intact;
}

}  // namespace

TEST_CASE("what zlib packed is unpacked", "[inflater]") {
  Inflater inflater;
  for (const size_t size : {0, 1, 17, 4096, 55380, 1 << 20})
    for (const int level : {0, 1, 4, 9}) {
      const Bytes bytes = sample(size);
      Bytes out;
      REQUIRE(unpacks(inflater, packed(bytes, level), size, out));
      REQUIRE(out == bytes);
    }
}

TEST_CASE("bytes behind a stream do not matter", "[inflater]") {
  Inflater inflater;
  Bytes from = packed(sample(1000)), out;
  from.insert(from.end(), {1, 2, 3});
  REQUIRE(unpacks(inflater, from, 1000, out));
  REQUIRE(out == sample(1000));
}

TEST_CASE("a stream of another length than asked for is refused, and nothing is written beyond", "[inflater]") {
  Inflater inflater;
  Bytes out;
  const Bytes from = packed(sample(5000));
  for (const size_t size : {0, 1, 4999, 5001, 10000}) REQUIRE_FALSE(unpacks(inflater, from, size, out));
  REQUIRE(unpacks(inflater, from, 5000, out));
}

TEST_CASE("a stream that is cut off or changed anywhere is refused", "[inflater]") {
  Inflater inflater;
  Bytes out;
  const Bytes from = packed(sample(3000));
  for (size_t length = 0; length < from.size(); ++length)
    REQUIRE_FALSE(unpacks(inflater, Bytes(from.begin(), from.begin() + length), 3000, out));
  for (size_t place = 0; place < from.size(); ++place)
    for (const uint8_t bit : {1, 16, 128}) {
      Bytes changed = from;
      changed[place] ^= bit;
      // Some bits of the header say nothing of the contents; what comes out is then right.
      if (unpacks(inflater, changed, 3000, out)) REQUIRE(out == sample(3000));
    }
  REQUIRE(unpacks(inflater, from, 3000, out));
}
