// SPDX-License-Identifier: Apache-2.0
// What the tests of the loader share. The fixtures were written by anndata and h5py: fixtures/make_fixtures.py names
// the versions. Expected counts come from the same rule, stated here again.
#pragma once

#include <hdf5.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <functional>

#include "h5ad.hpp"
#include "scprior/error.hpp"
#include "scprior/testing/temporary_folder.hpp"

namespace scprior::h5ad::testing {

using Catch::Matchers::ContainsSubstring;

constexpr int64_t test_cells = 12, test_genes = 7, test_raw_genes = 9;

inline std::string fixture(const std::string& name) {
  return std::filesystem::path(FIXTURES) / name;
}

inline float expected_count(int64_t cell, int64_t gene) {
  if (cell == 5 || (5 * cell + 3 * gene) % 4 != 0) return 0;
  return static_cast<float>((cell + 2 * gene) % 9);
}

inline H5adLoader make_loader(const std::map<std::string, OptionValue>& given = {}) {
  return H5adLoader(Options::resolve(H5adLoader::options(), given));
}

inline std::vector<int64_t> range(int64_t n) {
  std::vector<int64_t> rows(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) rows[static_cast<size_t>(i)] = i;
  return rows;
}

/// Row by row, gene by gene; checks that the block is what CountBlock promises.
inline std::vector<std::vector<float>> dense(const CountBlock& block, int64_t genes) {
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

inline std::vector<std::vector<float>> expected_rows(const std::vector<int64_t>& cells, int64_t genes, float factor) {
  std::vector<std::vector<float>> rows;
  for (const int64_t cell : cells) {
    rows.emplace_back();
    for (int64_t gene = 0; gene < genes; ++gene) rows.back().push_back(factor * expected_count(cell, gene));
  }
  return rows;
}

inline void require_counts(const H5adLoader& loader, int64_t genes, float factor) {
  for (const std::vector<int64_t>& cells : {range(test_cells), std::vector<int64_t>{11, 0, 5, 5, 3, 0, 10},
                                            std::vector<int64_t>{4}, std::vector<int64_t>{}})
    REQUIRE(dense(loader.read(cells), genes) == expected_rows(cells, genes, factor));
}

inline const Column& column(const DatasetInfo& info, const std::string& name) {
  for (const Column& candidate : info.cells)
    if (candidate.name == name) return candidate;
  FAIL("no column " << name);
  throw 0;
}

/// The text of the error that opening (and reading) the file gives.
inline std::string refusal(const std::string& path, Status status,
                           const std::map<std::string, OptionValue>& given = {}) {
  try {
    H5adLoader loader = make_loader(given);
    loader.open(path);
    loader.read(range(test_cells));
  } catch (const Error& error) {
    REQUIRE(error.status() == status);
    REQUIRE_THAT(error.what(), ContainsSubstring(path));
    return error.what();
  }
  FAIL(path << " was not refused");
  throw 0;
}

/// A folder for the files of one test.
struct Scratch : scprior::testing::TemporaryFolder {
  /// A copy of a fixture that `change` has worked on.
  std::string changed(const std::string& name, const std::function<void(hid_t)>& change) const {
    static int n_copies = 0;  // HDF5 would take a new file in the place of an open one for the same
    const std::filesystem::path copy = path / (std::to_string(n_copies++) + "_" + name);
    std::filesystem::copy_file(fixture(name), copy);
    const hid_t file = H5Fopen(copy.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    REQUIRE(file >= 0);
    change(file);
    REQUIRE(H5Fclose(file) >= 0);
    return copy;
  }
};

/// Works on the values of a dataset of whole numbers.
inline void edit(hid_t file, const std::string& name, const std::function<void(std::vector<int64_t>&)>& change) {
  const hid_t dataset = H5Dopen2(file, name.c_str(), H5P_DEFAULT), space = H5Dget_space(dataset);
  std::vector<int64_t> values(static_cast<size_t>(H5Sget_simple_extent_npoints(space)));
  REQUIRE(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  change(values);
  REQUIRE(H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Sclose(space);
  H5Dclose(dataset);
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace scprior::h5ad::testing
