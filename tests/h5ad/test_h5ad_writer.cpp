// SPDX-License-Identifier: Apache-2.0
// That anndata reads what is written, with equal contents, is checked by check_h5ad.py.
#include <ATen/ATen.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <fstream>

#include "h5ad.hpp"
#include "scprior/core/h5ad_writer.hpp"
#include "scprior/error.hpp"
#include "scprior/testing/temporary_folder.hpp"

using namespace scprior;
using namespace scprior::core;
using Catch::Matchers::ContainsSubstring;

namespace {

namespace fs = std::filesystem;

struct Scratch : testing::TemporaryFolder {
  size_t n_files() const { return static_cast<size_t>(std::distance(fs::directory_iterator(path), {})); }
};

/// Two cells, three genes.
H5adContents small() {
  H5adContents contents;
  contents.cells.names = {"a", "b"};
  contents.cells.columns = {{"kind", Categories{{0, -1}, {"x"}}}};
  contents.genes.names = {"g0", "g1", "g2"};
  contents.matrix = CountBlock{{0, 2, 3}, {0, 2, 1}, {1, 5, 7}};
  contents.whole_numbers = true;
  return contents;
}

std::string refusal(const fs::path& path, const H5adContents& contents, Status status) {
  try {
    write_h5ad(path, contents);
  } catch (const Error& error) {
    REQUIRE(error.status() == status);
    return error.what();
  }
  FAIL("nothing was refused");
  throw 0;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the loader reads what the writer wrote", "[h5ad]") {
  const Scratch scratch;
  write_h5ad(scratch / "x.h5ad", small());
  REQUIRE(scratch.n_files() == 1);
  h5ad::H5adLoader loader(Options::resolve(h5ad::H5adLoader::options(), {}));
  const DatasetInfo info = loader.open(scratch / "x.h5ad");
  REQUIRE(info.cell_names == std::vector<std::string>{"a", "b"});
  REQUIRE(std::get<Categories>(info.cells.at(0).values).codes == std::vector<int32_t>{0, -1});
  const CountBlock block = loader.read(std::vector<int64_t>{1, 0});
  REQUIRE(block.columns == std::vector<int32_t>{1, 0, 2});
  REQUIRE(block.values == std::vector<float>{7, 1, 5});
}

TEST_CASE("equal contents make equal files, whenever they are written", "[h5ad]") {
  const Scratch scratch;
  write_h5ad(scratch / "x.h5ad", small());
  sleep(2);  // HDF5 counts in seconds
  write_h5ad(scratch / "y.h5ad", small());
  REQUIRE(text_of(scratch / "x.h5ad") == text_of(scratch / "y.h5ad"));
}

TEST_CASE("a place that cannot be written is refused with its path and the reason", "[h5ad]") {
  const Scratch scratch;
  const fs::path nowhere = scratch / "no" / "such" / "x.h5ad";
  REQUIRE_THAT(refusal(nowhere, small(), Status::io),
               ContainsSubstring(nowhere.string()) && ContainsSubstring("No such file or directory"));
  REQUIRE_THAT(refusal(scratch.path, small(), Status::io), ContainsSubstring("it is a folder"));
  if (geteuid() == 0) return;  // root may write anywhere
  fs::permissions(scratch.path, fs::perms::owner_read | fs::perms::owner_exec);
  REQUIRE_THAT(refusal(scratch / "x.h5ad", small(), Status::io), ContainsSubstring("Permission denied"));
}

TEST_CASE("a full disk is an error, and leaves the older file as it was", "[h5ad]") {
  const Scratch scratch;
  const fs::path path = scratch / "x.h5ad";
  std::ofstream(path) << "older";
  H5adContents large = small();
  large.embeddings["X_scprior"] = at::ones({2, 200000});
  // A limit of the size of files stands in for the full disk: writes beyond it fail in the same way.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit tight = before;
  tight.rlim_cur = 100000;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &tight) == 0);
  std::string text;
  try {
    text = refusal(path, large, Status::io);
  } catch (...) {
    setrlimit(RLIMIT_FSIZE, &before);
    throw;
  }
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  REQUIRE_THAT(text, ContainsSubstring(path.string()) && ContainsSubstring("File too large"));
  REQUIRE(text_of(path) == "older");
  REQUIRE(scratch.n_files() == 1);
  write_h5ad(path, large);  // HDF5 still works
  REQUIRE(fs::file_size(path) > 1600000);
}

TEST_CASE("contents that do not fit together are refused", "[h5ad]") {
  const Scratch scratch;
  const auto text = [&](const H5adContents& contents) {
    const std::string said = refusal(scratch / "x.h5ad", contents, Status::argument);
    REQUIRE(scratch.n_files() == 0);
    return said;
  };
  H5adContents contents = small();
  contents.cells.columns.push_back({"short", std::vector<double>{1}});
  REQUIRE_THAT(text(contents), ContainsSubstring("obs/short has 1 values, expected 2"));
  contents = small();
  contents.cells.columns.push_back({"kind", std::vector<double>{1, 2}});
  REQUIRE_THAT(text(contents), ContainsSubstring("obs/kind"));
  contents = small();
  contents.cells.columns = {{"kind", Categories{{0, 1}, {"x"}}}};
  REQUIRE_THAT(text(contents), ContainsSubstring("the code 1"));
  contents.cells.columns = {{"kind", Categories{{0, 1}, {"x", "x"}}}};
  REQUIRE_THAT(text(contents), ContainsSubstring("a category twice"));
  contents = small();
  contents.matrix->values[0] = 0.5;
  REQUIRE_THAT(text(contents), ContainsSubstring("0.5, which is no whole number"));
  contents = small();
  contents.matrix->columns[0] = 3;
  REQUIRE_THAT(text(contents), ContainsSubstring("the column 3"));
  contents = small();
  contents.embeddings["X_scprior"] = at::ones({3, 2});
  REQUIRE_THAT(text(contents), ContainsSubstring("obsm/X_scprior"));
}
