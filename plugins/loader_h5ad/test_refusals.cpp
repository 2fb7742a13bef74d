// SPDX-License-Identifier: Apache-2.0
#include "test_support.hpp"

using namespace scprior;
using namespace scprior::h5ad::testing;
using h5ad::H5adLoader;

TEST_CASE("what is no HDF5 file is refused by what it is", "[h5ad]") {
  const Scratch scratch;
  const std::string good = bytes_of(fixture("csr_gzip.h5ad"));
  REQUIRE_THAT(refusal(scratch / "none.h5ad", Status::io), ContainsSubstring("there is no such file"));
  REQUIRE_THAT(refusal(scratch.path, Status::io), ContainsSubstring("it is a folder"));
  REQUIRE_THAT(refusal(scratch.write("a.h5ad", ""), Status::io), ContainsSubstring("the file is empty"));
  REQUIRE_THAT(refusal(scratch.write("b.h5ad", "gene,cell1\nA,3\n"), Status::io), ContainsSubstring("a text file"));
  REQUIRE_THAT(refusal(scratch.write("c.h5ad", "<!DOCTYPE html>"), Status::io), ContainsSubstring("a web page"));
  REQUIRE_THAT(refusal(scratch.write("d.h5ad", "\x1f\x8b\x08"), Status::io), ContainsSubstring("gunzip"));
  REQUIRE_THAT(refusal(scratch.write("e.h5ad", "\x89HDF\n\x1a\n and so on"), Status::io),
               ContainsSubstring("binary mode"));
  std::filesystem::create_directory(scratch / "store.zarr");
  scratch.write("store.zarr/.zgroup", "{}");
  REQUIRE_THAT(refusal(scratch / "store.zarr", Status::io), ContainsSubstring("Zarr"));
}

TEST_CASE("a file cut off anywhere is refused", "[h5ad]") {
  const Scratch scratch;
  const std::string good = bytes_of(fixture("csr_gzip.h5ad"));
  for (const size_t length : {good.size() - 1, good.size() / 2, good.size() / 10, size_t{60}, size_t{9}})
    REQUIRE_THAT(refusal(scratch.write("cut.h5ad", good.substr(0, length)), Status::io),
                 ContainsSubstring("truncated"));
  REQUIRE_THAT(refusal(scratch.write("cut.h5ad", good.substr(0, 4)), Status::io),
               ContainsSubstring("not an .h5ad file"));
}

TEST_CASE("packed data that do not unpack are refused", "[h5ad]") {
  const Scratch scratch;
  const auto spoil = [](const char* name) {
    return [=](hid_t file) {
      const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
      const hsize_t start[2] = {0, 0};
      const std::string garbage = "\xff\xff\xff garbage";
      REQUIRE(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, start, garbage.size(), garbage.data()) >= 0);
      H5Dclose(dataset);
    };
  };
  REQUIRE_THAT(refusal(scratch.changed("csr_gzip.h5ad", spoil("X/data")), Status::io), ContainsSubstring("X/data"));
  REQUIRE_THAT(refusal(scratch.changed("dense_lzf.h5ad", spoil("X")), Status::io),
               ContainsSubstring("truncated or damaged"));
}

TEST_CASE("HDF5 files that are not AnnData's are refused by what they are", "[h5ad]") {
  REQUIRE_THAT(refusal(fixture("tenx.h5"), Status::data), ContainsSubstring("10x Genomics"));
  REQUIRE_THAT(refusal(fixture("no_matrix.h5ad"), Status::data), ContainsSubstring("no matrix"));
  REQUIRE_THAT(refusal(fixture("transposed.h5ad"), Status::data), ContainsSubstring("transposed"));
  REQUIRE_THAT(refusal(fixture("huge_claim.h5ad"), Status::data), ContainsSubstring("X claims"));
  REQUIRE_THAT(refusal(fixture("blosc.h5ad"), Status::data), ContainsSubstring("Blosc") && ContainsSubstring("gzip"));
}

TEST_CASE("parts of a matrix that do not fit together are refused", "[h5ad]") {
  const Scratch scratch;
  const auto after = [&](const std::string& part, const std::function<void(std::vector<int64_t>&)>& change) {
    return scratch.changed("version_0_7.h5ad", [&](hid_t file) { edit(file, part, change); });
  };
  REQUIRE_THAT(refusal(after("X/indices", [](auto& values) { values[3] = test_genes; }), Status::data),
               ContainsSubstring("X/indices holds 7"));
  REQUIRE_THAT(refusal(after("X/indices", [](auto& values) { values[3] = -1; }), Status::data),
               ContainsSubstring("X/indices holds -1"));
  REQUIRE_THAT(refusal(after("X/indptr", [](auto& values) { values[2] = values[4] + 1; }), Status::data),
               ContainsSubstring("does not ascend"));
  REQUIRE_THAT(refusal(after("X/indptr", [](auto& values) { values.back() += 1; }), Status::data),
               ContainsSubstring("indptr ends at"));
  REQUIRE_THAT(refusal(after("X/data", [](auto& values) { values[1] = 1 << 25; }), Status::data),
               ContainsSubstring("33554432") && ContainsSubstring("16777216"));
  REQUIRE_THAT(refusal(after("obs/kind", [](auto& values) { values[1] = 3; }), Status::data),
               ContainsSubstring("obs/kind holds the category 3"));
  const std::string gone =
      scratch.changed("version_0_7.h5ad", [](hid_t file) { H5Ldelete(file, "X/indices", H5P_DEFAULT); });
  REQUIRE_THAT(refusal(gone, Status::data), ContainsSubstring("X/indices is missing"));
  const std::string short_list = scratch.changed("version_0_7.h5ad", [](hid_t file) {
    H5Ldelete(file, "X/indptr", H5P_DEFAULT);
    REQUIRE(H5Lcreate_soft("/X/data", file, "X/indptr", H5P_DEFAULT, H5P_DEFAULT) >= 0);
  });
  REQUIRE_THAT(refusal(short_list, Status::data), ContainsSubstring("expected 13 from the shape"));
}

TEST_CASE("an unknown layer is refused with the names of all", "[h5ad]") {
  REQUIRE_THAT(refusal(fixture("csr_gzip.h5ad"), Status::data, {{"layer", "count"}}),
               ContainsSubstring("X, layers/counts, raw/X") && ContainsSubstring("Did you mean layers/counts?"));
  REQUIRE_THAT(refusal(fixture("dense_lzf.h5ad"), Status::data, {{"raw", true}}),
               ContainsSubstring("there is no raw/X"));
  REQUIRE_THROWS_AS(make_loader({{"layer", "counts"}, {"raw", true}}), Error);
}

TEST_CASE("a cell that is not there is refused", "[h5ad]") {
  H5adLoader loader = make_loader();
  REQUIRE_THROWS_AS(loader.read(range(1)), Error);  // before open
  loader.open(fixture("csr_gzip.h5ad"));
  for (const int64_t row : {int64_t{-1}, test_cells}) REQUIRE_THROWS_AS(loader.read(std::vector<int64_t>{row}), Error);
}
