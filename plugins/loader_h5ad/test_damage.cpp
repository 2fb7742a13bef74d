// SPDX-License-Identifier: Apache-2.0
// Chunks that do not hold what they should. HDF5 itself reads past the end of its memory for some of these.
#include <zlib.h>

#include <catch2/generators/catch_generators.hpp>

#include "test_files.hpp"

using namespace scprior;
using namespace scprior::h5ad::testing;
using h5ad::H5adLoader;

namespace {

constexpr hsize_t chunk = 32, spoiled_chunk = 2;

std::string stream_of(size_t n_bytes) {
  const std::string bytes(n_bytes, '\1');
  uLongf size = compressBound(bytes.size());
  std::string stream(size, '\0');
  REQUIRE(compress(reinterpret_cast<Bytef*>(stream.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                   bytes.size()) == Z_OK);
  stream.resize(size);
  return stream;
}

/// What stands in the place of a chunk of 32 elements of 4 bytes.
std::string spoiled(const std::string& how) {
  if (how == "empty stream") return stream_of(0);
  if (how == "too short") return stream_of(4 * chunk - 1);
  if (how == "too long") return stream_of(4 * chunk + 1);
  if (how == "far too long") return stream_of(1 << 20);
  if (how == "cut off") return stream_of(4 * chunk).substr(0, 5);
  if (how == "much behind it") return stream_of(4 * chunk) + std::string(4000, '\0');
  return "\xff\xff garbage";
}

void replace_chunk(hid_t file, const char* name, const std::vector<hsize_t>& start, const std::string& bytes) {
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  REQUIRE(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, start.data(), bytes.size(), bytes.data()) >= 0);
  H5Dclose(dataset);
}

std::string reading_error(const H5adLoader& loader, const std::vector<int64_t>& rows) {
  try {
    loader.read(rows);
  } catch (const Error& error) {
    REQUIRE(error.status() == Status::io);
    return error.what();
  }
  FAIL("damage was not noticed");
  return "";
}

}  // namespace

TEST_CASE("a chunk that does not unpack to its size is refused by its place", "[h5ad][damage]") {
  const std::string how = GENERATE("empty stream", "too short", "too long", "far too long", "cut off",
                                   "much behind it", "garbage");
  const auto filters = GENERATE(values<std::vector<H5Z_filter_t>>({{gzip}, {shuffle, gzip}}));
  const std::string encoding = GENERATE("csr_matrix", "csc_matrix");
  const char* const array = GENERATE("X/indices", "X/data");
  INFO(how << " " << encoding << " " << array);
  const Scratch scratch;
  const Counts counts = made_counts(60, 20);
  MadeFile file(scratch, encoding, 60, 20);
  const Arrays arrays = compressed(counts, encoding == "csc_matrix");
  file.put_arrays(arrays, {.type = H5T_STD_I32LE, .chunk = chunk, .filters = filters},
                  {.type = H5T_STD_I32LE, .chunk = chunk, .filters = filters});
  replace_chunk(file.id, array, {spoiled_chunk * chunk}, spoiled(how));
  file.close();

  H5adLoader loader = make_loader();
  loader.open(file.path);
  for (int round = 0; round < 2; ++round) {  // again, what was kept of the first attempt
    const std::string text = reading_error(loader, range(60));
    CHECK_THAT(text, ContainsSubstring(file.path + ": cannot read " + array));
    CHECK_THAT(text, ContainsSubstring("the file is truncated or damaged"));
    CHECK_THAT(text, ContainsSubstring("the chunk that begins at element 64 does not unpack to 128 bytes"));
  }
  if (encoding == "csc_matrix") return;
  const auto row_of_entry = std::upper_bound(arrays.starts.begin(), arrays.starts.end(), spoiled_chunk * chunk + 5.0);
  reading_error(loader, {row_of_entry - arrays.starts.begin() - 1});
  for (const size_t intact : {0, 59})
    REQUIRE(dense(loader.read(std::vector<int64_t>{static_cast<int64_t>(intact)}), 20).front() == counts[intact]);
}

TEST_CASE("a chunk of another size than it was stored with is refused", "[h5ad][damage]") {
  const Scratch scratch;
  MadeFile file(scratch, "csr_matrix", 60, 20);
  file.put_arrays(compressed(made_counts(60, 20), false), {.type = H5T_STD_I32LE, .chunk = chunk},
                  {.type = H5T_STD_I32LE, .chunk = chunk, .filters = {shuffle}});
  replace_chunk(file.id, "X/data", {spoiled_chunk * chunk}, std::string(4 * chunk - 3, '\1'));
  file.close();
  H5adLoader loader = make_loader();
  loader.open(file.path);
  CHECK_THAT(reading_error(loader, range(60)), ContainsSubstring("X/data") && ContainsSubstring("element 64"));
}

TEST_CASE("a damaged chunk of a dense matrix is refused by its place", "[h5ad][damage]") {
  const Scratch scratch;
  MadeFile file(scratch, "", 60, 50);
  const Counts counts = made_counts(60, 50);
  file.put_dense(counts, {.type = H5T_STD_I32LE, .chunk = 8, .filters = {gzip}});
  replace_chunk(file.id, "X", {16, 24}, stream_of(17));
  file.close();
  H5adLoader loader = make_loader();
  loader.open(file.path);
  for (const std::vector<int64_t>& rows : {range(60), {20}, {17, 18}})
    CHECK_THAT(reading_error(loader, rows), ContainsSubstring("the chunk that begins at element 16, 24"));
  REQUIRE(dense(loader.read(std::vector<int64_t>{15, 24}), 50) == Counts{counts[15], counts[24]});
}

TEST_CASE("an lzf chunk that is shorter than a chunk is refused", "[h5ad][damage]") {
  const Scratch scratch;
  const std::string path = scratch.changed("dense_lzf.h5ad", [](hid_t file) {
    replace_chunk(file, "X", {0, 0}, std::string("\2abc", 4));  // three bytes, as LZF packs them
  });
  H5adLoader loader = make_loader();
  loader.open(path);
  CHECK_THAT(reading_error(loader, range(test_cells)), ContainsSubstring("cannot read X"));
}
