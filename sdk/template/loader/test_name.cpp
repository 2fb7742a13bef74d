// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "@name@.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A file that is gone at the end of the test.
struct TextFile {
  std::string path = (std::filesystem::temp_directory_path() / "test_loader_@name@.tsv").string();
  explicit TextFile(const std::string& text) { std::ofstream(path) << text; }
  ~TextFile() { std::filesystem::remove(path); }
};

const Options defaults = Options::resolve(@Name@Loader::options(), {});

/// The text of the refusal of a file with these contents.
std::string refusal(const std::string& text) {
  const TextFile file(text);
  try {
    @Name@Loader(defaults).open(file.path);
  } catch (const Error& error) {
    CHECK(error.status() == Status::data);
    return error.what();
  }
  return "not refused";
}

}  // namespace

TEST_CASE("names and counts are read, from tabs and from commas", "[loader]") {
  const std::string mark = GENERATE("\t", ",");
  std::string text = "cell|A|B|C\nc1|0|2|1\r\nc2|0|0|0\nc3|5|0|0\n";
  for (char& c : text)
    if (c == '|') c = mark[0];
  const TextFile file(text);
  @Name@Loader loader(defaults);
  CHECK(loader.recognises(file.path));
  const DatasetInfo info = loader.open(file.path);
  CHECK(info.n_cells == 3);
  CHECK(info.gene_names == std::vector<std::string>{"A", "B", "C"});
  CHECK(info.cell_names == std::vector<std::string>{"c1", "c2", "c3"});
  const std::vector<int64_t> rows = {2, 1, 0, 2};
  const CountBlock block = loader.read(rows);
  CHECK(block.row_ptr == std::vector<int64_t>{0, 1, 1, 3, 4});
  CHECK(block.columns == std::vector<int32_t>{0, 1, 2, 0});
  CHECK(block.values == std::vector<float>{5, 2, 1, 5});
  const std::vector<int64_t> beyond = {3};
  CHECK_THROWS_AS(loader.read(beyond), Error);
}

TEST_CASE("what is wrong with a file is told with its line", "[loader]") {
  CHECK_THAT(refusal(""), ContainsSubstring("is empty"));
  CHECK_THAT(refusal("cell\n"), ContainsSubstring(":1: has one field only"));
  CHECK_THAT(refusal("cell\tA\tB\nc1\t1\t2\nc2\t1\n"), ContainsSubstring(":3: has 2 fields; wanted 3"));
  CHECK_THAT(refusal("cell\tA\tB\nc1\t1\t2"), ContainsSubstring("is the file cut off?"));
  CHECK_THAT(refusal("cell\tA\tB\nc1\t1\tmany\n"), ContainsSubstring(":2: the count of gene B is \"many\""));
  CHECK_THAT(refusal("cell\tA\nc1\t16777217.5e3\n"), ContainsSubstring("2^24"));
  CHECK_THROWS_AS(@Name@Loader(defaults).open("nowhere.tsv"), Error);
}
