// SPDX-License-Identifier: Apache-2.0
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <numeric>

#include "scprior/testing/threads.hpp"
#include "test_files.hpp"

using namespace scprior;
using namespace scprior::h5ad::testing;
using h5ad::H5adLoader;

namespace {

struct Case {
  const char* what;
  Storage storage;
};

const std::vector<Case> cases = {
    {"in one piece", {}},
    {"in chunks", {.chunk = 64}},
    {"deflate", {.chunk = 64, .filters = {gzip}}},
    {"shuffle and deflate", {.chunk = 64, .filters = {shuffle, gzip}}},
    {"shuffle alone", {.chunk = 64, .filters = {shuffle}}},
    {"the other order, which HDF5 has to unpack", {.chunk = 64, .filters = {gzip, shuffle}}},
    {"twice, which HDF5 has to unpack", {.chunk = 64, .filters = {gzip, gzip}}},
    {"with checksums, which HDF5 has to unpack", {.chunk = 64, .filters = {gzip, fletcher}}},
    {"chunks at the edge as they are", {.chunk = 64, .filters = {shuffle, gzip}, .exempt_edge = true}},
    {"a chunk larger than the data", {.chunk = 20000, .filters = {shuffle, gzip}}},
    {"one element a chunk", {.chunk = 1, .filters = {gzip}}},
};

}  // namespace

TEST_CASE("counts are the same in every storage and with any number of threads", "[h5ad][storage]") {
  const scprior::testing::Threads threads(GENERATE(1, 3));
  const std::string encoding = GENERATE("csr_matrix", "csc_matrix", "");
  const Case& stored = cases[GENERATE(range(size_t{0}, cases.size()))];
  INFO(encoding << " " << stored.what);
  const Counts counts = made_counts(stored.storage.chunk == 1 ? 13 : 171, 61);
  const Scratch scratch;
  Storage indices = stored.storage;
  indices.type = H5T_STD_I32LE;
  H5adLoader loader = make_loader();
  loader.open(file_of(scratch, encoding, counts, indices, stored.storage));
  require_rows(loader, counts);
}

TEST_CASE("numbers of every type are read", "[h5ad][storage]") {
  const std::string encoding = GENERATE("csr_matrix", "csc_matrix", "");
  const auto filters = GENERATE(values<std::vector<H5Z_filter_t>>({{}, {shuffle, gzip}}));
  const hid_t type = GENERATE(H5T_STD_U8LE, H5T_STD_I8LE, H5T_STD_I16LE, H5T_STD_U16LE, H5T_STD_I32LE, H5T_STD_U32LE,
                              H5T_STD_I64LE, H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_STD_I32BE,
                              H5T_IEEE_F64BE, H5T_STD_U16BE);
  const Counts counts = made_counts(40, 30, 100);
  const Scratch scratch;
  const bool whole = H5Tget_class(type) == H5T_INTEGER;
  const Storage data{.type = type, .chunk = 50, .filters = filters};
  const Storage indices{.type = whole ? type : H5T_STD_I64LE, .chunk = 70, .filters = filters};
  H5adLoader loader = make_loader();
  loader.open(file_of(scratch, encoding, counts, indices, data));
  require_rows(loader, counts);
}

TEST_CASE("a chunk that a filter has left as it is is read", "[h5ad][storage]") {
  const Scratch scratch;
  const Counts counts = made_counts(40, 30);
  MadeFile file(scratch, "csr_matrix", 40, 30);
  const Arrays arrays = compressed(counts, false);
  file.put_arrays(arrays, {.type = H5T_STD_I32LE, .chunk = 20, .filters = {gzip}},
                  {.type = H5T_STD_I32LE, .chunk = 20, .filters = {shuffle, gzip}});
  for (const auto& [name, values, left_out] : {std::tuple("X/indices", &arrays.indices, 1u),
                                               std::tuple("X/data", &arrays.data, 3u)}) {
    const hid_t dataset = H5Dopen2(file.id, name, H5P_DEFAULT);
    const std::vector<int32_t> chunk(values->begin() + 20, values->begin() + 40);
    const hsize_t start = 20;
    REQUIRE(H5Dwrite_chunk(dataset, H5P_DEFAULT, left_out, &start, 80, chunk.data()) >= 0);
    H5Dclose(dataset);
  }
  file.close();
  H5adLoader loader = make_loader();
  loader.open(file.path);
  require_rows(loader, counts);
}

TEST_CASE("chunks that were never written have the value that the dataset says", "[h5ad][storage]") {
  const Scratch scratch;
  MadeFile file(scratch, "", 20, 15);
  const hid_t layout = layout_of({.chunk = 6, .filters = {gzip}}, 2);
  const float fill = 3;
  H5Pset_fill_value(layout, H5T_NATIVE_FLOAT, &fill);
  const hsize_t extents[2] = {20, 15}, start[2] = {6, 10}, size[2] = {3, 4};
  const hid_t space = H5Screate_simple(2, extents, nullptr), part = H5Screate_simple(2, size, nullptr);
  const hid_t dataset = H5Dcreate2(file.id, "X", H5T_IEEE_F32LE, space, H5P_DEFAULT, layout, H5P_DEFAULT);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, size, nullptr);
  const std::vector<float> eight(12, 8);
  REQUIRE(H5Dwrite(dataset, H5T_NATIVE_FLOAT, part, space, H5P_DEFAULT, eight.data()) >= 0);
  H5Dclose(dataset);
  H5Sclose(part);
  H5Sclose(space);
  H5Pclose(layout);
  file.close();
  Counts counts(20, std::vector<float>(15, 3));
  for (size_t cell = 6; cell < 9; ++cell)
    for (size_t gene = 10; gene < 14; ++gene) counts[cell][gene] = 8;
  H5adLoader loader = make_loader();
  loader.open(file.path);
  require_rows(loader, counts);
}

TEST_CASE("a large matrix by columns is turned by several threads", "[h5ad][storage]") {
  const float largest = GENERATE(200.0f, 70000.0f);  // 2 bytes a count, and 4
  constexpr int64_t cells = 1500, genes = 5000;
  const Counts counts = made_counts(cells, genes, largest);
  const Scratch scratch;
  const MadeFile file(scratch, "csc_matrix", cells, genes);
  Arrays arrays = compressed(counts, true);
  REQUIRE(arrays.data.size() > 2'000'000);
  file.put_arrays(arrays, {.type = H5T_STD_I32LE, .chunk = 50000, .filters = {gzip}}, {.chunk = 30000});
  for (const int n : {1, 2, 5}) {
    const scprior::testing::Threads threads(n);
    H5adLoader loader = make_loader();
    loader.open(file.path);
    require_rows(loader, counts);
  }
}

TEST_CASE("rows that stand in a column in no order, some twice, are brought in order and summed", "[h5ad][storage]") {
  const Scratch scratch;
  const Counts counts = made_counts(50, 20);
  Arrays arrays = compressed(counts, true);
  for (size_t column = 0; column < 20; ++column) {
    const auto from = static_cast<int64_t>(arrays.starts[column]), to = static_cast<int64_t>(arrays.starts[column + 1]);
    std::reverse(arrays.indices.begin() + from, arrays.indices.begin() + to);
    std::reverse(arrays.data.begin() + from, arrays.data.begin() + to);
  }
  arrays.indices.push_back(arrays.indices.back());
  arrays.data.push_back(5);
  ++arrays.starts.back();
  Counts expected = counts;
  expected[static_cast<size_t>(arrays.indices.back())][19] += 5;
  const MadeFile file(scratch, "csc_matrix", 50, 20);
  file.put_arrays(arrays, {.type = H5T_STD_I32LE, .chunk = 30}, {.chunk = 30});
  H5adLoader loader = make_loader();
  loader.open(file.path);
  require_rows(loader, expected);
}

TEST_CASE("matrices without entries, rows or columns are read", "[h5ad][storage]") {
  const std::string encoding = GENERATE("csr_matrix", "csc_matrix");
  const Scratch scratch;
  const Counts nothing(9, std::vector<float>(4, 0));
  H5adLoader loader = make_loader();
  loader.open(file_of(scratch, encoding, nothing, {.type = H5T_STD_I32LE, .chunk = 8}, {.chunk = 8}));
  require_rows(loader, nothing);
}
