// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "fake_loader.hpp"
#include "scprior/core/dataset_summary.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace scprior::core::test;
using Catch::Matchers::ContainsSubstring;

namespace {

using Texts = std::vector<std::string>;

DatasetSummary summary_of(const FakeFile& file) {
  return summarise_dataset(fake_config(file), {}, fake_host());
}

}  // namespace

TEST_CASE("a summary tells cells, genes, counts, columns and names", "[summary]") {
  FakeFile file = make_file({"INS", "GCG", "TTR", "ERCC-1"},
                            {{4, 0, 0, 0}, {1, 2, 3, 4}, {0, 0, 0, 0}, {2, 2, 0, 0}, {3, 0, 3, 0}});
  file.info.cells.push_back({"cell_type", Categories{{1, 0, -1, 1, 1}, {"alpha", "beta"}}});
  file.info.cells.push_back({"age", std::vector<double>{1.5, 2, NAN, 4, 5}});
  file.info.cells.push_back({"good", std::vector<bool>{true, true, true, true, true}});
  file.info.cells.push_back({"plate", std::vector<int64_t>{1, 2, 3, 4, 5}});
  file.info.genes.push_back({"gene_id", Texts{"ENSG00000254647", "ENSG00000115263", "", ""}});
  const DatasetSummary s = summary_of(file);
  CHECK(s.n_cells == 5);
  CHECK(s.n_genes == 4);
  CHECK(s.n_nonzero == 9);
  CHECK(s.density == 9.0 / 20);
  CHECK(s.n_empty_cells == 1);
  CHECK(s.counts_per_cell == std::array<double, 5>{0, 4, 4, 6, 10});
  CHECK(s.genes_per_cell == std::array<double, 5>{0, 1, 2, 2, 4});
  CHECK(s.raw_counts);
  CHECK(s.values == "raw counts: whole numbers, the largest is 4");
  REQUIRE(s.columns.size() == 4);
  CHECK(s.columns[0].n_distinct == 2);
  CHECK(s.columns[0].n_missing == 1);
  CHECK(s.columns[0].examples == Texts{"alpha", "beta"});
  CHECK(s.columns[1].examples == Texts{"1.5 to 5"});
  REQUIRE(s.naming.size() == 2);
  CHECK(s.naming[0].by_symbol == 3);
  CHECK(s.naming[1].by_id == 2);
  CHECK_THAT(s.genes,
             ContainsSubstring("3 of the 19986 genes of GRCh38.97.protein_coding are in the file, by the index"));

  const std::string text = to_text(s);
  CHECK_THAT(text, ContainsSubstring("/nowhere/data.fake (loader fake)"));
  CHECK_THAT(text, ContainsSubstring("2 categories: alpha, beta (1 missing)"));
  CHECK_THAT(text, ContainsSubstring("0 | 4 | 4 | 6 | 10"));
}

TEST_CASE("a summary explains what cannot be used instead of failing", "[summary]") {
  FakeFile file = make_file({"gene1", "gene2"}, {{0.5, 1}, {2, 2}});
  file.matrices["layers/counts"] = {{5, 10}, {1, 1}};
  const DatasetSummary s = summary_of(file);
  CHECK(!s.raw_counts);
  CHECK_THAT(s.values, ContainsSubstring("not raw counts: gene gene1 of cell cell1 is 0.5"));
  CHECK_THAT(s.values, ContainsSubstring("raw counts in layers/counts"));
  CHECK_THAT(s.genes, ContainsSubstring("none of the 2 genes of the file is in the gene space"));
  CHECK_THAT(to_text(s), ContainsSubstring("layers/counts"));

  CHECK_THAT(summary_of(make_file({"a"}, {})).values, ContainsSubstring("no cells"));
  CHECK_THAT(summary_of(make_file({}, {{}})).values, ContainsSubstring("no genes"));
  const DatasetSummary zeros = summary_of(make_file({"a"}, {{0}}));
  CHECK(!zeros.raw_counts);
  CHECK(zeros.values == "nothing but zeros");
}
