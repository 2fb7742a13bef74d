// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "lzf.hpp"

using namespace scprior::h5ad;

namespace {

std::optional<std::string> unpacked(const std::vector<uint8_t>& packed, size_t room) {
  std::vector<uint8_t> out(room);
  const auto length = unpack_lzf(packed.data(), packed.size(), out.data(), room);
  if (!length) return std::nullopt;
  return std::string(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*length));
}

}  // namespace

TEST_CASE("LZF literals and copies unpack as the format says", "[h5ad]") {
  REQUIRE(unpacked({2, 'a', 'b', 'c'}, 8) == "abc");
  // length 1 + 2, distance 2 + 1
  REQUIRE(unpacked({2, 'a', 'b', 'c', 0x20, 2}, 8) == "abcabc");
  // a copy that overlaps what it writes: length 7 + 2 + 1, distance 1
  REQUIRE(unpacked({0, 'x', 0xe0, 1, 0}, 16) == std::string(11, 'x'));
  REQUIRE(unpacked({}, 8) == "");
}

TEST_CASE("damaged LZF data are refused", "[h5ad]") {
  REQUIRE_FALSE(unpacked({5, 'a'}, 16));             // literals that are not there
  REQUIRE_FALSE(unpacked({0, 'a', 0x20}, 16));       // half a copy
  REQUIRE_FALSE(unpacked({0, 'a', 0xe0, 1}, 16));    // half a long copy
  REQUIRE_FALSE(unpacked({0, 'a', 0x20, 5}, 16));    // reaches before the start
  REQUIRE_FALSE(unpacked({2, 'a', 'b', 'c'}, 2));    // no room for literals
  REQUIRE_FALSE(unpacked({0, 'a', 0xe0, 9, 0}, 4));  // no room for a copy
}

TEST_CASE("no LZF data unpack to more than the bound", "[h5ad]") {
  std::vector<uint8_t> packed{0, 'x'};
  for (int i = 0; i < 1000; ++i) packed.insert(packed.end(), {0xff, 0xff, 0});
  packed[packed.size() - 1] = 0;
  for (size_t i = 2; i < packed.size(); i += 3) packed[i] = 0xe0;
  const auto text = unpacked(packed, largest_unpacked(packed.size()));
  REQUIRE(text);
  REQUIRE(text->size() == 1 + 1000 * 264);
}
