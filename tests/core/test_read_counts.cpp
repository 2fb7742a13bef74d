// SPDX-License-Identifier: Apache-2.0
// Reading a whole file: block by block, on several threads, into the genes of a space.
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <random>

#include "fake_loader.hpp"
#include "scprior/core/memory_source.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace scprior::core::test;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr int64_t n_cells = 9000, n_genes = 70;  // five blocks

CountRows random_counts() {
  std::mt19937 random(5);
  CountRows counts(n_cells, std::vector<float>(n_genes, 0));
  for (std::vector<float>& cell : counts)
    for (float& count : cell)
      if (random() % 10 < 3) count = static_cast<float>(random() % 200 < 1 ? random() % 100000 : random() % 5);
  return counts;
}

std::vector<std::string> file_genes() {
  std::vector<std::string> names;
  for (int64_t gene = 0; gene < n_genes; ++gene) names.push_back("g" + std::to_string(gene));
  return names;
}

/// Genes of a space; the index of each in the file, or several, which are summed.
struct Case {
  const char* what;
  std::vector<std::string> file, space;
};

std::vector<Case> cases() {
  const std::vector<std::string> all = file_genes();
  std::vector<std::string> turned(all.rbegin(), all.rend()), some, shuffled = all, merged = all;
  for (size_t gene = 0; gene < all.size(); gene += 3) some.push_back(all[gene]);
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(1));
  shuffled.resize(50);
  shuffled.push_back("not in the file");
  for (size_t gene = 0; gene < merged.size(); gene += 4) merged[gene] = "g1";
  return {{"as they stand", all, all},
          {"some of them", all, some},
          {"turned round", all, turned},
          {"in no order, some of them", all, shuffled},
          {"several summed into one", merged, shuffled}};
}

/// What the counts are in the space, gene by gene and without sparse matrices.
CountRows expected(const CountRows& counts, const Case& wanted) {
  CountRows result(counts.size(), std::vector<float>(wanted.space.size(), 0));
  for (size_t gene = 0; gene < wanted.file.size(); ++gene) {
    const auto place = std::find(wanted.space.begin(), wanted.space.end(), wanted.file[gene]);
    if (place == wanted.space.end()) continue;
    for (size_t cell = 0; cell < counts.size(); ++cell)
      result[cell][static_cast<size_t>(place - wanted.space.begin())] += counts[cell][gene];
  }
  return result;
}

Dataset load(const CountRows& counts, const Case& wanted) {
  GeneSpace space{"wanted", {}};
  for (const std::string& gene : wanted.space) space.genes.push_back({gene, ""});
  return load(make_file(wanted.file, counts), space);
}

}  // namespace

TEST_CASE("genes come in the order of the space with any number of threads", "[dataset]") {
  const testing::Threads threads(GENERATE(1, 2, 5));
  const CountRows counts = random_counts();
  for (const Case& wanted : cases()) {
    INFO(wanted.what);
    const CountRows right = expected(counts, wanted);
    const Dataset data = load(counts, wanted);
    std::vector<int64_t> rows(n_cells);
    for (int64_t row = 0; row < n_cells; ++row) rows[row] = n_cells - 1 - row;
    const at::Tensor dense = data.cells->read(rows).dense();
    double all = 0, total = 0;
    int64_t n_wrong = 0, n_empty = 0;
    for (int64_t row = 0; row < n_cells; ++row) {
      const std::vector<float>& cell = right[rows[row]];
      n_wrong += !std::equal(cell.begin(), cell.end(), dense[row].contiguous().data_ptr<float>());
      double sum = 0;
      for (const float count : cell) sum += count;
      for (const float count : counts[rows[row]]) all += count;
      total += sum;
      n_empty += sum == 0;
    }
    CHECK(n_wrong == 0);
    CHECK(data.report.total_counts == total);
    CHECK(data.report.dropped_count_share == (all - total) / all);
    CHECK(data.report.n_empty_cells == n_empty);
  }
}

TEST_CASE("of several values that are no counts the first is named, with any number of threads", "[dataset]") {
  const testing::Threads threads(GENERATE(1, 2, 5));
  CountRows counts = random_counts();
  counts[8999][3] = -1;
  counts[6100][5] = 0.5;
  counts[6099][69] = 1.5;
  for (int round = 0; round < 10; ++round)
    CHECK_THAT(error_of(Status::data, [&] { load(counts, cases().front()); }),
               ContainsSubstring("gene g69 of cell cell6100 is 1.5"));
}

TEST_CASE("cells are packed as narrow as the largest of them allows", "[dataset]") {
  const std::vector<int64_t> row_ptr{0, 1, 3};
  const std::vector<int32_t> columns{4, 0, 2};
  for (const auto& [largest, bytes] : {std::pair{255.0f, 1}, {256.0f, 2}, {65535.0f, 2}, {65536.0f, 4}}) {
    const PackedCells narrow = pack_cells(5, row_ptr, columns, std::vector<float>{1, largest, 2});
    CHECK(narrow.bytes() == 3 * (2 + bytes));
    const PackedCells wide = pack_cells(65537, row_ptr, columns, std::vector<float>{1, largest, 2});
    CHECK(wide.bytes() == 3 * (4 + bytes));
    MemorySource source(65537);
    source.append(pack_cells(65537, row_ptr, columns, std::vector<float>{1, largest, 2}));
    const CountMatrix read = source.read(std::vector<int64_t>{1, 0});
    CHECK(read.csr().values.equal(at::tensor({largest, 2.0f, 1.0f}, at::kFloat)));
    CHECK(read.csr().columns.equal(at::tensor({0, 2, 4}, at::kInt)));
    error_of(Status::argument, [&] { source.append(pack_cells(5, row_ptr, columns, std::vector<float>{1, 1, 1})); });
  }
}

TEST_CASE("what cannot be packed is noticed wherever it stands", "[dataset]") {
  constexpr int64_t n = 101;  // more than fit into vectors, and a rest
  std::vector<int64_t> row_ptr{0, 40, 40, n};
  std::vector<int32_t> columns(n);
  for (int64_t i = 0; i < n; ++i) columns[i] = static_cast<int32_t>(i < 40 ? 2 * i : 2 * (i - 40));
  const std::vector<float> values(n, 16777216);
  CHECK(pack_cells(200, row_ptr, columns, values).n_entries == n);
  for (int64_t place = 0; place < n; ++place) {
    for (const float wrong : {0.0f, -1.0f, 0.5f, 16777218.0f, std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN()}) {
      std::vector<float> changed = values;
      changed[place] = wrong;
      error_of(Status::argument, [&] { pack_cells(200, row_ptr, columns, changed); });
    }
    for (const int32_t wrong : {-1, 200, place % 40 == 0 ? 200 : columns[place - 1]}) {
      std::vector<int32_t> changed = columns;
      changed[place] = wrong;
      error_of(Status::argument, [&] { pack_cells(200, row_ptr, changed, values); });
    }
  }
}
