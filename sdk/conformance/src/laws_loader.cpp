// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>
#include <thread>

#include "scprior/conformance/tools.hpp"
#include "scprior/loader.hpp"

namespace scprior::conformance {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<int64_t>;

struct Opened {
  std::unique_ptr<Loader> loader;
  DatasetInfo info;
};

/// The subject with its data open.
Opened open_data() {
  if (subject().data.empty()) SKIP("no data: give a file that this loader reads with --data FILE");
  Opened opened{make<Loader>(), {}};
  opened.info = opened.loader->open(subject().data.string());
  REQUIRE(opened.info.n_cells >= 1);
  return opened;
}

/// Up to `most` rows, in order.
Rows first_rows(const DatasetInfo& info, int64_t most = 200) {
  Rows rows(static_cast<size_t>(std::min(info.n_cells, most)));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// Rows `rows` taken from a block that holds the rows 0, 1, ...
CountBlock picked(const CountBlock& all, const Rows& rows) {
  CountBlock block{{0}, {}, {}};
  for (const int64_t row : rows) {
    const int64_t begin = all.row_ptr[row], end = all.row_ptr[row + 1];
    block.columns.insert(block.columns.end(), all.columns.begin() + begin, all.columns.begin() + end);
    block.values.insert(block.values.end(), all.values.begin() + begin, all.values.begin() + end);
    block.row_ptr.push_back(static_cast<int64_t>(block.columns.size()));
  }
  return block;
}

bool same(const CountBlock& a, const CountBlock& b) {
  return a.row_ptr == b.row_ptr && a.columns == b.columns && a.values == b.values;
}

/// "" or what is wrong with the form of `block`, the answer to `n_rows` rows.
std::string form_problem(const CountBlock& block, size_t n_rows, int64_t n_genes) {
  if (block.row_ptr.size() != n_rows + 1)
    return concat("row_ptr has ", block.row_ptr.size(), " entries for ", n_rows, " rows");
  if (block.row_ptr.front() != 0) return "row_ptr does not start at 0";
  if (block.columns.size() != block.values.size()) return "there are not as many columns as values";
  if (block.row_ptr.back() != static_cast<int64_t>(block.columns.size()))
    return "row_ptr does not end at the number of values";
  for (size_t row = 0; row < n_rows; ++row) {
    if (block.row_ptr[row + 1] < block.row_ptr[row]) return concat("row_ptr descends at row ", row);
    for (int64_t e = block.row_ptr[row]; e < block.row_ptr[row + 1]; ++e) {
      if (block.columns[e] < 0 || block.columns[e] >= n_genes)
        return concat("row ", row, " names gene ", block.columns[e]);
      if (e > block.row_ptr[row] && block.columns[e] <= block.columns[e - 1])
        return concat("row ", row, ": column ", block.columns[e], " follows ", block.columns[e - 1]);
    }
  }
  return "";
}

/// A folder that is removed at the end.
class Scratch {
 public:
  Scratch() : folder_(fs::temp_directory_path() / concat("scprior-conform-", getpid())) {
    fs::create_directories(folder_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  fs::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  fs::path folder_;
};

/// Opening `path` or reading all of it must be refused as io or data, with the path in the text.
void check_refused(const fs::path& path) {
  INFO("opening " << path);
  try {
    const auto loader = make<Loader>();
    const DatasetInfo info = loader->open(path.string());
    loader->read(first_rows(info, info.n_cells));
    FAIL_CHECK("it was opened and read without complaint");
  } catch (const Error& error) {
    INFO("refused with: " << error.what());
    CHECK((error.status() == Status::io || error.status() == Status::data));
    CHECK(std::string(error.what()).find(path.filename().string()) != std::string::npos);
  } catch (const std::exception& error) {
    FAIL_CHECK("refused with an exception that is no scprior::Error: " << error.what());
  }
}

TEST_CASE("loader: the description of the data is consistent", "[loader]") {
  const DatasetInfo info = open_data().info;
  CHECK(info.n_genes >= 1);
  CHECK(static_cast<int64_t>(info.cell_names.size()) == info.n_cells);
  CHECK(static_cast<int64_t>(info.gene_names.size()) == info.n_genes);
  CHECK_FALSE(info.matrix.empty());
  const auto check_column = [](const Column& column, int64_t length) {
    INFO("column " << column.name);
    CHECK_FALSE(column.name.empty());
    std::visit(
        [&](const auto& values) {
          if constexpr (std::is_same_v<std::decay_t<decltype(values)>, Categories>) {
            CHECK(static_cast<int64_t>(values.codes.size()) == length);
            for (const int32_t code : values.codes)
              if (code < -1 || code >= static_cast<int32_t>(values.names.size())) {
                FAIL_CHECK("the code " << code << " has no name; there are " << values.names.size());
                return;
              }
          } else {
            CHECK(static_cast<int64_t>(values.size()) == length);
          }
        },
        column.values);
  };
  for (const Column& column : info.cells) check_column(column, info.n_cells);
  for (const Column& column : info.genes) check_column(column, info.n_genes);
}

TEST_CASE("loader: columns ascend within a row, inside the genes", "[loader]") {
  const Opened data = open_data();
  const Rows rows = first_rows(data.info);
  const CountBlock block = data.loader->read(rows);
  CHECK(form_problem(block, rows.size(), data.info.n_genes) == "");
  for (const float value : block.values)
    if (!std::isfinite(value)) {
      FAIL_CHECK("a value is " << value);
      break;
    }
}

TEST_CASE("loader: rows come in the order asked for, repeated where asked for twice", "[loader]") {
  const Opened data = open_data();
  const Rows in_order = first_rows(data.info);
  const CountBlock all = data.loader->read(in_order);
  REQUIRE(form_problem(all, in_order.size(), data.info.n_genes) == "");
  Rows backwards(in_order.rbegin(), in_order.rend()), twice;
  for (const int64_t row : backwards) twice.insert(twice.end(), {row, row, in_order[row / 2]});
  CHECK(same(data.loader->read(backwards), picked(all, backwards)));
  CHECK(same(data.loader->read(twice), picked(all, twice)));
  for (const int64_t row : {int64_t{0}, backwards.front()})
    CHECK(same(data.loader->read(Rows{row}), picked(all, {row})));
  CHECK(same(data.loader->read(in_order), all));
}

TEST_CASE("loader: no rows are an empty block", "[loader]") {
  const CountBlock block = open_data().loader->read(Rows{});
  CHECK(block.row_ptr == Rows{0});
  CHECK(block.columns.empty());
  CHECK(block.values.empty());
}

TEST_CASE("loader: a row out of range is refused", "[loader]") {
  const Opened data = open_data();
  for (const int64_t wrong : {int64_t{-1}, data.info.n_cells}) {
    INFO("row " << wrong);
    try {
      data.loader->read(Rows{0, wrong});
      FAIL_CHECK("it was read");
    } catch (const Error& error) {
      CHECK(error.status() == Status::argument);
    }
  }
}

TEST_CASE("loader: four threads read what one reads", "[loader]") {
  const Opened data = open_data();
  const Rows rows = first_rows(data.info);
  const CountBlock all = data.loader->read(rows);
  REQUIRE(form_problem(all, rows.size(), data.info.n_genes) == "");
  constexpr size_t n_threads = 4;
  std::vector<std::string> problems(n_threads);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < n_threads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 order(static_cast<unsigned>(t));
      Rows own = rows;
      try {
        for (int turn = 0; turn < 20 && problems[t].empty(); ++turn) {
          std::shuffle(own.begin(), own.end(), order);
          if (!same(data.loader->read(own), picked(all, own))) problems[t] = "other counts than a single thread reads";
        }
      } catch (const std::exception& error) {
        problems[t] = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& problem : problems) CHECK(problem == "");
}

TEST_CASE("loader: two loaders read the same file side by side", "[loader]") {
  const Opened first = open_data(), second = open_data();
  CHECK(first.info.cell_names == second.info.cell_names);
  CHECK(first.info.gene_names == second.info.gene_names);
  const Rows rows = first_rows(first.info);
  CHECK(same(first.loader->read(rows), second.loader->read(rows)));
}

TEST_CASE("loader: a missing file, a folder and a file cut short are refused by their path", "[loader]") {
  const Scratch scratch;
  const std::string ending = subject().data.extension().string();
  check_refused(scratch / ("missing" + ending));
  fs::create_directory(scratch / ("folder" + ending));
  check_refused(scratch / ("folder" + ending));
  std::ofstream(scratch / ("empty" + ending)).close();
  check_refused(scratch / ("empty" + ending));
  if (subject().data.empty()) SKIP("no data: give a file that this loader reads with --data FILE");
  if (fs::is_directory(subject().data)) return;
  const uintmax_t size = fs::file_size(subject().data);
  for (const uintmax_t length : {size / 2, size - size / 20 - 1}) {
    const fs::path cut = scratch / concat("cut", length, ending);
    fs::copy_file(subject().data, cut);
    fs::resize_file(cut, length);
    check_refused(cut);
  }
}

TEST_CASE("loader: recognises() knows its own file and no other", "[loader]") {
  const Scratch scratch;
  std::ofstream(scratch / "notes.txt") << "A few words about the experiment.\n";
  const auto loader = make<Loader>();
  CHECK_FALSE(loader->recognises((scratch / "notes.txt").string()));
  CHECK_FALSE(loader->recognises((scratch / "missing.txt").string()));
  CHECK_FALSE(loader->recognises((scratch / "").string()));
  if (subject().data.empty()) SKIP("no data: give a file that this loader reads with --data FILE");
  CHECK(loader->recognises(subject().data.string()));
}

}  // namespace
}  // namespace scprior::conformance
