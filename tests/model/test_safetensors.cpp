// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstring>
#include <fstream>
#include <iterator>

#include "model/safetensors.hpp"
#include "scprior/error.hpp"
#include "scprior/testing/temporary_folder.hpp"
#include "tools.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;

namespace {

core::NamedTensors examples() {
  return {{"a.weight", at::arange(6, at::kFloat).view({2, 3})},
          {"b.ids", at::arange(5, at::kLong)},
          {"c.columns", at::arange(3, at::kInt)},
          {"d.scalar", at::full({}, 2.5, at::kDouble)},
          {"e.empty", at::empty({0, 4}, at::kFloat)},
          {"f.mask", at::ones({2}, at::kBool)}};
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What reading a file with these bytes says.
std::string complaint(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  try {
    core::read_safetensors(path);
    return "no complaint";
  } catch (const Error& error) {
    CHECK(error.status() == Status::data);
    return error.what();
  }
}

/// A file with this header and `data_size` bytes of zeros.
std::string file_with(const std::string& header, size_t data_size) {
  const uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + std::string(data_size, '\0');
}

}  // namespace

TEST_CASE("safetensors give back what was written, bit by bit", "[safetensors]") {
  const testing::TemporaryFolder folder;
  const auto path = folder / "weights.safetensors";
  core::write_safetensors(path, examples());
  const core::NamedTensors read = core::read_safetensors(path);
  REQUIRE(read.size() == examples().size());
  for (const auto& [name, tensor] : examples()) {
    INFO(name);
    CHECK(read.at(name).scalar_type() == tensor.scalar_type());
    CHECK(read.at(name).equal(tensor));
  }
}

TEST_CASE("every damage to a file of weights is found", "[safetensors]") {
  const testing::TemporaryFolder folder;
  const auto path = folder / "weights.safetensors";
  core::write_safetensors(path, examples());
  const std::string good = bytes_of(path);
  CHECK_THAT(complaint(path, good.substr(0, 4)), ContainsSubstring("too short"));
  CHECK_THAT(complaint(path, good.substr(0, 60)), ContainsSubstring("truncated"));
  CHECK_THAT(complaint(path, good.substr(0, good.size() - 3)), ContainsSubstring("checksum"));
  std::string flipped = good;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  CHECK_THAT(complaint(path, flipped), ContainsSubstring("checksum"));
  CHECK_THAT(complaint(path, "this is a text file and not a model"), ContainsSubstring("damaged"));
  CHECK_THAT(complaint(path, file_with("{\"w\": {}}", 8)), ContainsSubstring("damaged"));
  CHECK_THAT(complaint(path, file_with(R"({"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 8]}})", 8)),
             ContainsSubstring("shape"));
  CHECK_THAT(
      complaint(path,
                file_with(R"({"w": {"dtype": "F32", "shape": [9223372036854775807, 8], "data_offsets": [0, 8]}})", 8)),
      ContainsSubstring("larger than the file"));
  CHECK_THAT(complaint(path, file_with(R"({"w": {"dtype": "F32", "shape": [2], "data_offsets": [800, 808]}})", 8)),
             ContainsSubstring("offsets"));
  CHECK_THAT(complaint(path, file_with(R"({"w": {"dtype": "Q4", "shape": [2], "data_offsets": [0, 8]}})", 8)),
             ContainsSubstring("Q4"));
}
