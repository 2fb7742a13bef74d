// SPDX-License-Identifier: Apache-2.0
// The fixtures were written by anndata and h5py: fixtures/make_fixtures.py names the versions. Expected counts come
// from the same rule, stated here again.
#include <hdf5.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "h5ad.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using h5ad::H5adLoader;

namespace {

constexpr int64_t kCells = 12, kGenes = 7, kRawGenes = 9;

std::string fixture(const std::string& name) {
  return std::string(FIXTURES) + "/" + name;
}

float expected_count(int64_t cell, int64_t gene) {
  if (cell == 5 || (5 * cell + 3 * gene) % 4 != 0) return 0;
  return static_cast<float>((cell + 2 * gene) % 9);
}

H5adLoader make_loader(const std::map<std::string, OptionValue>& given = {}) {
  return H5adLoader(Options::resolve(H5adLoader::options(), given));
}

std::vector<int64_t> range(int64_t n) {
  std::vector<int64_t> rows(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) rows[static_cast<size_t>(i)] = i;
  return rows;
}

/// Row by row, gene by gene; checks that the block is what CountBlock promises.
std::vector<std::vector<float>> dense(const CountBlock& block, int64_t genes) {
  std::vector<std::vector<float>> rows;
  REQUIRE(block.row_ptr.front() == 0);
  REQUIRE(block.columns.size() == block.values.size());
  REQUIRE(block.row_ptr.back() == static_cast<int64_t>(block.values.size()));
  for (size_t row = 0; row + 1 < block.row_ptr.size(); ++row) {
    rows.emplace_back(static_cast<size_t>(genes), 0.0f);
    for (auto entry = static_cast<size_t>(block.row_ptr[row]); entry < static_cast<size_t>(block.row_ptr[row + 1]);
         ++entry) {
      REQUIRE(block.columns[entry] < genes);
      if (entry > static_cast<size_t>(block.row_ptr[row])) REQUIRE(block.columns[entry] > block.columns[entry - 1]);
      rows.back()[static_cast<size_t>(block.columns[entry])] = block.values[entry];
    }
  }
  return rows;
}

std::vector<std::vector<float>> expected_rows(const std::vector<int64_t>& cells, int64_t genes, float factor) {
  std::vector<std::vector<float>> rows;
  for (const int64_t cell : cells) {
    rows.emplace_back();
    for (int64_t gene = 0; gene < genes; ++gene) rows.back().push_back(factor * expected_count(cell, gene));
  }
  return rows;
}

void require_counts(const H5adLoader& loader, int64_t genes, float factor) {
  for (const std::vector<int64_t>& cells :
       {range(kCells), std::vector<int64_t>{11, 0, 5, 5, 3, 0, 10}, std::vector<int64_t>{4}, std::vector<int64_t>{}})
    REQUIRE(dense(loader.read(cells), genes) == expected_rows(cells, genes, factor));
}

const Column& column(const DatasetInfo& info, const std::string& name) {
  for (const Column& candidate : info.cells)
    if (candidate.name == name) return candidate;
  FAIL("no column " << name);
  throw 0;
}

/// The text of the error that opening (and reading) the file gives.
std::string refusal(const std::string& path, Status status, const std::map<std::string, OptionValue>& given = {}) {
  try {
    H5adLoader loader = make_loader(given);
    loader.open(path);
    loader.read(range(kCells));
  } catch (const Error& error) {
    REQUIRE(error.status() == status);
    REQUIRE_THAT(error.what(), ContainsSubstring(path));
    return error.what();
  }
  FAIL(path << " was not refused");
  throw 0;
}

/// A folder for the files of one test.
struct Scratch {
  std::filesystem::path folder;
  Scratch() {
    std::string name = std::filesystem::temp_directory_path() / "scprior-h5ad-XXXXXX";
    folder = mkdtemp(name.data());
  }
  ~Scratch() { std::filesystem::remove_all(folder); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  }
  /// A copy of a fixture that `change` has worked on.
  std::string changed(const std::string& name, const std::function<void(hid_t)>& change) const {
    static int n_copies = 0;  // HDF5 would take a new file in the place of an open one for the same
    const std::filesystem::path copy = folder / (std::to_string(n_copies++) + "_" + name);
    std::filesystem::copy_file(fixture(name), copy);
    const hid_t file = H5Fopen(copy.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    REQUIRE(file >= 0);
    change(file);
    REQUIRE(H5Fclose(file) >= 0);
    return copy;
  }
};

/// Works on the values of a dataset of whole numbers.
void edit(hid_t file, const std::string& name, const std::function<void(std::vector<int64_t>&)>& change) {
  const hid_t dataset = H5Dopen2(file, name.c_str(), H5P_DEFAULT), space = H5Dget_space(dataset);
  std::vector<int64_t> values(static_cast<size_t>(H5Sget_simple_extent_npoints(space)));
  REQUIRE(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  change(values);
  REQUIRE(H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Sclose(space);
  H5Dclose(dataset);
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("counts are read from every storage and every version of AnnData", "[h5ad]") {
  const char* const name =
      GENERATE("csr_gzip.h5ad", "dense_lzf.h5ad", "csc_double.h5ad", "version_0_7.h5ad", "version_0_6.h5ad");
  INFO(name);
  H5adLoader loader = make_loader();
  const DatasetInfo info = loader.open(fixture(name));
  REQUIRE(info.n_cells == kCells);
  REQUIRE(info.n_genes == kGenes);
  REQUIRE(info.matrix == "X");
  REQUIRE(info.cell_names.at(3) == "cell3");
  REQUIRE(info.gene_names.size() == kGenes);
  REQUIRE(info.notes.empty());
  require_counts(loader, kGenes, 1);
}

TEST_CASE("layers and raw are read in place of X", "[h5ad]") {
  const char* const name = GENERATE("csr_gzip.h5ad", "version_0_7.h5ad", "version_0_6.h5ad");
  INFO(name);
  H5adLoader raw = make_loader({{"raw", true}});
  const DatasetInfo info = raw.open(fixture(name));
  REQUIRE(info.matrix == "raw/X");
  REQUIRE(info.gene_names.back() == "ENSG8");
  require_counts(raw, kRawGenes, 3);
  if (std::string(name) == "version_0_6.h5ad") return;

  H5adLoader layer = make_loader({{"layer", "counts"}});
  REQUIRE(layer.open(fixture(name)).other_matrices == std::vector<std::string>{"X", "raw/X"});
  require_counts(layer, kGenes, 2);
}

TEST_CASE("columns of cells keep their type and their missing values", "[h5ad]") {
  const char* const name = GENERATE("csr_gzip.h5ad", "version_0_7.h5ad");
  INFO(name);
  H5adLoader loader = make_loader();
  const DatasetInfo info = loader.open(fixture(name));
  const auto& kind = std::get<Categories>(column(info, "kind").values);
  REQUIRE(kind.names.at(0) == "beta");
  REQUIRE(kind.names.at(1) == "alpha");
  REQUIRE(std::vector(kind.codes.begin(), kind.codes.begin() + 4) == std::vector<int32_t>{1, 0, -1, 1});
  REQUIRE(std::get<std::vector<std::string>>(column(info, "text").values).at(7) == "t7");
  const auto& real = std::get<std::vector<double>>(column(info, "real").values);
  REQUIRE(std::isnan(real.at(2)));
  REQUIRE(real.at(5) == 1.25);
  REQUIRE(std::get<std::vector<int64_t>>(column(info, "whole").values).at(0) == -3);
  REQUIRE(std::get<std::vector<bool>>(column(info, "flag").values).at(1));
  if (std::string(name) == "version_0_7.h5ad") return;

  const auto& gaps = std::get<std::vector<double>>(column(info, "whole_or_missing").values);
  REQUIRE(std::isnan(gaps.at(1)));
  REQUIRE(gaps.at(11) == 11);
  const auto& flags = std::get<Categories>(column(info, "flag_or_missing").values);
  REQUIRE(flags.names == std::vector<std::string>{"False", "True"});
  REQUIRE(std::vector(flags.codes.begin(), flags.codes.begin() + 4) == std::vector<int32_t>{1, -1, 1, 0});
  REQUIRE(std::get<Categories>(column(info, "number_kind").values).names == std::vector<std::string>{"0", "1"});
}

TEST_CASE("tables of records, as before AnnData 0.7, are read with their categories", "[h5ad]") {
  H5adLoader loader = make_loader();
  const DatasetInfo info = loader.open(fixture("version_0_6.h5ad"));
  REQUIRE(info.cell_names.at(11) == "cell11");
  const auto& kind = std::get<Categories>(column(info, "kind").values);
  REQUIRE(kind.names == std::vector<std::string>{"beta", "alpha"});
  REQUIRE(kind.codes.at(1) == 1);
  REQUIRE(std::get<std::vector<double>>(column(info, "real").values).at(3) == 0.75);
  REQUIRE(std::get<std::vector<int64_t>>(column(info, "whole").values).at(3) == 3);
  REQUIRE(info.genes.at(0).name == "symbol");
}

TEST_CASE("genes are named by the index or by the column asked for", "[h5ad]") {
  H5adLoader by_index = make_loader();
  const DatasetInfo info = by_index.open(fixture("csr_gzip.h5ad"));
  REQUIRE(info.gene_names.at(6) == "ENSG6");
  REQUIRE(info.genes.size() == 2);  // symbol and biotype; length is no text
  REQUIRE(std::get<std::vector<std::string>>(info.genes.at(1).values).at(1) == "other");

  H5adLoader by_symbol = make_loader({{"gene_column", "symbol"}});
  const DatasetInfo named = by_symbol.open(fixture("csr_gzip.h5ad"));
  REQUIRE(named.gene_names.at(6) == "S6");
  REQUIRE(named.genes.back().name == "gene_id");

  H5adLoader by_name_of_index = make_loader({{"gene_column", "gene_id"}});
  REQUIRE(by_name_of_index.open(fixture("csr_gzip.h5ad")).gene_names.at(0) == "ENSG0");

  REQUIRE_THAT(refusal(fixture("csr_gzip.h5ad"), Status::data, {{"gene_column", "symbl"}}),
               ContainsSubstring("gene_id, symbol, biotype, length") && ContainsSubstring("Did you mean symbol?"));
}

TEST_CASE("unsorted columns are sorted and repeated entries summed", "[h5ad]") {
  const Scratch scratch;
  // Row 1 of the fixture holds genes 1 and 5, in places 1 and 2; turned round, and then both made gene 5.
  const auto row_1 = [](int64_t left, int64_t right) {
    return [=](std::vector<int64_t>& values) { values[1] = left, values[2] = right; };
  };
  const auto changed = [&](int64_t left, int64_t right) {
    return scratch.changed("version_0_7.h5ad", [&](hid_t file) {
      edit(file, "X/indices", row_1(left, right));
      edit(file, "X/data", row_1(8, 3));
    });
  };
  const std::vector<int64_t> rows{1};
  H5adLoader unsorted = make_loader();
  unsorted.open(changed(5, 1));
  REQUIRE(dense(unsorted.read(rows), kGenes).at(0) == std::vector<float>{0, 3, 0, 0, 0, 8, 0});

  H5adLoader repeated = make_loader();
  repeated.open(changed(5, 5));
  REQUIRE(dense(repeated.read(rows), kGenes).at(0) == std::vector<float>{0, 0, 0, 0, 0, 11, 0});
}

TEST_CASE("threads that read at once get what one alone gets", "[h5ad]") {
  const char* const name = GENERATE("csr_gzip.h5ad", "csc_double.h5ad", "dense_lzf.h5ad");
  H5adLoader loader = make_loader();
  loader.open(fixture(name));
  std::vector<int> equal(4, 0);
  std::vector<std::thread> threads;
  const std::vector<int64_t> rows{7, 2, 9, 2, 11};
  for (size_t thread = 0; thread < equal.size(); ++thread)
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 20; ++round) {
        const CountBlock block = loader.read(rows);
        equal[thread] +=
            block.row_ptr.size() == 6 && block.row_ptr[2] - block.row_ptr[1] == block.row_ptr[4] - block.row_ptr[3];
      }
    });
  for (std::thread& thread : threads) thread.join();
  REQUIRE(equal == std::vector<int>(4, 20));
  require_counts(loader, kGenes, 1);
}

TEST_CASE("what is no HDF5 file is refused by what it is", "[h5ad]") {
  const Scratch scratch;
  const std::string good = bytes_of(fixture("csr_gzip.h5ad"));
  REQUIRE_THAT(refusal(scratch.folder / "none.h5ad", Status::io), ContainsSubstring("there is no such file"));
  REQUIRE_THAT(refusal(scratch.folder, Status::io), ContainsSubstring("it is a folder"));
  REQUIRE_THAT(refusal(scratch.write("a.h5ad", ""), Status::io), ContainsSubstring("the file is empty"));
  REQUIRE_THAT(refusal(scratch.write("b.h5ad", "gene,cell1\nA,3\n"), Status::io), ContainsSubstring("a text file"));
  REQUIRE_THAT(refusal(scratch.write("c.h5ad", "<!DOCTYPE html>"), Status::io), ContainsSubstring("a web page"));
  REQUIRE_THAT(refusal(scratch.write("d.h5ad", "\x1f\x8b\x08"), Status::io), ContainsSubstring("gunzip"));
  REQUIRE_THAT(refusal(scratch.write("e.h5ad", "\x89HDF\n\x1a\n and so on"), Status::io),
               ContainsSubstring("binary mode"));
  std::filesystem::create_directory(scratch.folder / "store.zarr");
  scratch.write("store.zarr/.zgroup", "{}");
  REQUIRE_THAT(refusal(scratch.folder / "store.zarr", Status::io), ContainsSubstring("Zarr"));
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
  REQUIRE_THAT(refusal(after("X/indices", [](auto& values) { values[3] = kGenes; }), Status::data),
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
  for (const int64_t row : {int64_t{-1}, kCells}) REQUIRE_THROWS_AS(loader.read(std::vector<int64_t>{row}), Error);
}

TEST_CASE("a column of unknown encoding is left out with a note", "[h5ad]") {
  const Scratch scratch;
  const std::string path =
      scratch.changed("csr_gzip.h5ad", [](hid_t file) { H5Ldelete(file, "obs/kind/codes", H5P_DEFAULT); });
  H5adLoader loader = make_loader();
  const DatasetInfo info = loader.open(path);
  REQUIRE(info.notes.size() == 1);
  REQUIRE_THAT(info.notes.at(0), ContainsSubstring("obs/kind"));
  REQUIRE(info.cells.size() == 7);
}

TEST_CASE("files are recognised by their name or by what is in them", "[h5ad]") {
  const Scratch scratch;
  const H5adLoader loader = make_loader();
  REQUIRE(loader.recognises(fixture("csr_gzip.h5ad")));
  REQUIRE(loader.recognises("no/such/file.H5AD"));
  const std::filesystem::path renamed = scratch.folder / "cells.h5";
  std::filesystem::copy_file(fixture("dense_lzf.h5ad"), renamed);
  REQUIRE(loader.recognises(renamed));
  REQUIRE_FALSE(loader.recognises(fixture("tenx.h5")));
  REQUIRE_FALSE(loader.recognises(scratch.write("table.csv", "a,b\n")));
  REQUIRE_FALSE(loader.recognises("no/such/file.h5"));
}
