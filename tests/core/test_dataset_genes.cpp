// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cctype>

#include "fake_loader.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace scprior::core::test;
using Catch::Matchers::ContainsSubstring;

namespace {

using Texts = std::vector<std::string>;

const GeneSpace small_space{"small", {{"ENSG01", "AA"}, {"ENSG02", "BB"}, {"ENSG03", "CC"}, {"ENSG04", "BB"}}};

/// All counts, row by row.
std::vector<float> counts_of(const Dataset& data) {
  std::vector<int64_t> rows(data.cells->n_cells());
  for (size_t row = 0; row < rows.size(); ++row) rows[row] = static_cast<int64_t>(row);
  const at::Tensor dense = data.cells->read(rows).dense().contiguous();
  return {dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel()};
}

using Counts = std::vector<float>;

}  // namespace

TEST_CASE("genes go where the space has them; missing ones are zeros, others are dropped and counted", "[dataset]") {
  const Dataset data = load(make_file({"ENSG03", "other", "ENSG01"}, {{3, 5, 1}, {0, 5, 0}}), small_space);
  CHECK(counts_of(data) == Counts{1, 0, 3, 0, 0, 0, 0, 0});
  const DataReport& report = data.report;
  CHECK(report.n_cells == 2);
  CHECK(report.n_file_genes == 3);
  CHECK(report.n_space_genes == 4);
  CHECK(report.n_matched_genes == 2);
  CHECK(report.n_dropped_genes == 1);
  CHECK(report.n_merged_genes == 0);
  CHECK(report.n_empty_cells == 1);
  CHECK(report.total_counts == 4);
  CHECK(report.dropped_count_share == 10.0 / 14);
  CHECK(report.median_counts == 2);
  CHECK(report.density == 0.25);
  CHECK(report.gene_names_from == "index");
  CHECK(report.matrix == "X");
  CHECK_THAT(describe_dataset(data), ContainsSubstring("2 of the 4 of small found by name"));
  CHECK_THAT(describe_dataset(data),
             ContainsSubstring("1 of the file's 3 are outside and dropped, with 71.4 % of the counts"));
}

TEST_CASE("a version suffix of an Ensembl id is ignored, on either side", "[dataset]") {
  const FakeFile file = make_file({"ENSG02.7", "ENSG01.12_PAR_Y", "ENSG03.x"}, {{2, 5, 7}});
  const Dataset data = load(file, small_space);
  CHECK(counts_of(data) == Counts{0, 2, 0, 0});  // _PAR_Y is a gene apart, and .x is no version
  const GeneSpace versioned{"versioned", {{"ENSG02.1", ""}, {"ENSG02.7", ""}, {"ENSG05.3", ""}}};
  CHECK(counts_of(load(make_file({"ENSG02.7", "ENSG05"}, {{2, 3}}), versioned)) == Counts{0, 2, 3});
}

TEST_CASE("genes of the same name are summed and reported", "[dataset]") {
  const FakeFile file = make_file({"ENSG01", "AA", "ENSG01.2", "ENSG03"}, {{1, 2, 4, 1}, {0, 0, 9, 0}});
  const Dataset data = load(file, small_space);
  CHECK(counts_of(data) == Counts{7, 0, 1, 0, 9, 0, 0, 0});
  CHECK(data.report.n_merged_genes == 2);

  const Dataset own = load(make_file({"x", "y", "x"}, {{1, 2, 4}}), "dataset");
  CHECK(own.space.genes.size() == 2);
  CHECK(counts_of(own) == Counts{5, 2});
  CHECK(own.report.n_merged_genes == 1);
  CHECK(own.report.n_dropped_genes == 0);
  CHECK_THAT(describe_dataset(own), ContainsSubstring("1 summed into another"));
}

TEST_CASE("a symbol of several ids goes to the first of them, with a note", "[dataset]") {
  const Dataset data = load(make_file({"BB", "CC"}, {{6, 1}}), small_space);
  CHECK(counts_of(data) == Counts{0, 6, 1, 0});
  REQUIRE(data.report.notes.size() == 1);
  CHECK_THAT(data.report.notes[0], ContainsSubstring("1 gene is named by a symbol that belongs to several ids"));
}

TEST_CASE("the column of the gene table that finds most genes names them", "[dataset]") {
  FakeFile file = make_file({"AA", "g2", "g3"}, {{1, 2, 3}});
  file.info.genes.push_back({"chromosome", Texts{"1", "1", "2"}});
  file.info.genes.push_back({"ensembl", Categories{{2, 1, -1}, {"unused", "ENSG03", "ENSG04"}}});
  const Dataset data = load(file, small_space);
  CHECK(data.report.gene_names_from == "ensembl");
  CHECK(counts_of(data) == Counts{0, 0, 2, 1});

  // Of equally many, ids are preferred to symbols: they are unambiguous.
  file.info.gene_names = {"AA", "BB", "g3"};
  CHECK(load(file, small_space).report.gene_names_from == "ensembl");

  // A column that the user named is the only one looked at.
  DataConfig config = fake_config(file);
  config.loader.options = Options::resolve(fake_host().find(SCPRIOR_KIND_LOADER, "fake")->options,
                                           {{"gene_column", std::string("symbol")}});
  CHECK(load_dataset(config, small_space, fake_host()).report.gene_names_from == "index");
}

TEST_CASE("no gene in common is refused with names of both sides and the way out", "[dataset]") {
  const FakeFile file = make_file({"gene00000", "gene00001"}, {{1, 2}});
  const std::string text = error_of(Status::data, [&] { load(file, "GRCh38.97.protein_coding"); });
  CHECK_THAT(text, ContainsSubstring("/nowhere/data.fake: none of the 2 genes"));
  CHECK_THAT(text, ContainsSubstring("gene00000, gene00001"));
  CHECK_THAT(text, ContainsSubstring("ENSG00000000003 (TSPAN6)"));
  CHECK_THAT(text, ContainsSubstring("--set genes.space=dataset"));
  CHECK(counts_of(load(file, "dataset")) == Counts{1, 2});

  const std::string model = error_of(Status::data, [&] { load(file, small_space); });
  CHECK_THAT(model, ContainsSubstring("A model reads only genes that it was trained with"));
}

TEST_CASE("genes of another species are refused as such, not matched by the few equal names", "[dataset]") {
  const GeneSpace human = load_gene_space({}, {});
  Texts mouse;  // Xkr4 for XKR4, ...; a few symbols have no lower case: those would match
  for (size_t gene = 0; gene < 2000; ++gene) {
    std::string name = human.genes[gene].symbol;
    if (gene % 500 != 0) std::transform(name.begin() + 1, name.end(), name.begin() + 1, ::tolower);
    mouse.push_back(name);
  }
  const FakeFile file = make_file(mouse, {std::vector<float>(mouse.size(), 1)});
  const std::string text = error_of(Status::data, [&] { load(file, "GRCh38.97.protein_coding"); });
  CHECK_THAT(text, ContainsSubstring("of the 2000 genes"));
  CHECK_THAT(text, ContainsSubstring("as mouse genes are"));
  CHECK_THAT(text, ContainsSubstring("genes.space = \"dataset\""));

  const FakeFile ids = make_file({"ENSMUSG00000051951", "ENSMUSG00000025900"}, {{1, 2}});
  CHECK_THAT(error_of(Status::data, [&] { load(ids, "GRCh38.97.protein_coding"); }),
             ContainsSubstring("ENSMUSG00000051951 is an id of a mouse gene"));
}

TEST_CASE("few genes in common are a note", "[dataset]") {
  const GeneSpace human = load_gene_space({}, {});
  Texts names{"INS", "GCG"};
  for (int gene = 0; gene < 40; ++gene) names.push_back("unknown" + std::to_string(gene));
  const Dataset data = load(make_file(names, {std::vector<float>(names.size(), 1)}), human);
  REQUIRE(data.report.notes.size() == 1);
  CHECK_THAT(data.report.notes[0], ContainsSubstring("Only 2 genes were found"));

  const Dataset panel = load(make_file({"INS", "GCG"}, {{1, 1}}), human);
  REQUIRE(panel.report.notes.size() == 1);
  CHECK_THAT(panel.report.notes[0], ContainsSubstring("Only 2 of the 19986 genes of the gene space are in the file"));
}

TEST_CASE("a file with all 19986 genes by symbol, shuffled, arrives gene by gene", "[dataset]") {
  const GeneSpace human = load_gene_space({}, {});
  const size_t n = human.genes.size();
  Texts names(n);
  std::vector<float> cell(n);
  for (size_t place = 0; place < n; ++place) {
    const size_t gene = (place * 7919) % n;  // 7919 is prime and does not divide n
    names[place] = human.genes[gene].id + ".5";
    cell[place] = static_cast<float>(gene % 300);
  }
  const Dataset data = load(make_file(names, {cell, cell, cell}), human);
  CHECK(data.report.n_matched_genes == static_cast<int64_t>(n));
  const std::vector<float> counts = counts_of(data);
  int64_t wrong = 0;
  for (size_t place = 0; place < 3 * n; ++place) wrong += counts[place] != static_cast<float>((place % n) % 300);
  CHECK(wrong == 0);
}
