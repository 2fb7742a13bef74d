// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "fake_loader.hpp"
#include "scprior/core/gene_space.hpp"
#include "scprior/testing/temporary_folder.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace scprior::core::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<std::string> ids_of(const GeneSpace& space) {
  std::vector<std::string> ids;
  for (const Gene& gene : space.genes) ids.push_back(gene.id);
  return ids;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the shipped space holds the 19986 protein-coding genes of Ensembl 97 by ascending id", "[genes]") {
  const GeneSpace space = load_gene_space({}, {});
  REQUIRE(space.genes.size() == 19986);
  CHECK(space.name == "GRCh38.97.protein_coding");
  CHECK(space.genes.front().id == "ENSG00000000003");
  CHECK(space.genes.front().symbol == "TSPAN6");
  const Texts ids = ids_of(space);
  CHECK(std::is_sorted(ids.begin(), ids.end(), std::less_equal<>()));
  const auto insulin =
      std::find_if(space.genes.begin(), space.genes.end(), [](const Gene& g) { return g.symbol == "INS"; });
  REQUIRE(insulin != space.genes.end());
  CHECK(insulin->id == "ENSG00000254647");
}

TEST_CASE("an unknown gene space answers with the known ones and the nearest", "[genes]") {
  CHECK(known_gene_spaces() == Texts{"dataset", "GRCh38.97.protein_coding"});
  const std::string text = error_of(Status::config, [] { load_gene_space({.space = "GRCh38.79.protein_coding"}, {}); });
  CHECK_THAT(text, ContainsSubstring("\"dataset\", \"GRCh38.97.protein_coding\""));
  CHECK_THAT(text, ContainsSubstring("nearest: \"GRCh38.97.protein_coding\""));
  error_of(Status::config, [] { load_gene_space({.space = ""}, {}); });
}

TEST_CASE("a gene list may be plain, a table, with header or without, compressed or not", "[genes]") {
  const testing::TemporaryFolder folder;
  const auto load = [](const std::string& file) { return load_gene_space({.space = file}, {}); };
  CHECK(ids_of(load(folder.write("plain.txt", "B\n\n# a comment\n A \r\nC"))) == Texts{"B", "A", "C"});

  const GeneSpace pairs = load(folder.write("pairs.tsv", "ENSG2\tTWO\nENSG1\n"));
  CHECK(ids_of(pairs) == Texts{"ENSG2", "ENSG1"});
  CHECK(pairs.genes[0].symbol == "TWO");
  CHECK(pairs.genes[1].symbol.empty());

  const GeneSpace table =
      load(folder.write("table.csv", "\xEF\xBB\xBFsymbol,biotype,gene_id\nTWO,x,\"ENSG2\"\nONE,y,ENSG1\n"));
  CHECK(ids_of(table) == Texts{"ENSG2", "ENSG1"});
  CHECK(table.genes[1].symbol == "ONE");

  const std::string file = (folder / "list.gz").string();
  gzFile out = gzopen(file.c_str(), "wb");
  gzputs(out, "gene\nB\nA\n");
  gzclose(out);
  CHECK(ids_of(load(file)) == Texts{"B", "A"});
  CHECK(load(file).name == file);
}

TEST_CASE("gene lists that cannot be meant are refused with the line", "[genes]") {
  const testing::TemporaryFolder folder;
  const auto text_of = [&](Status status, const std::string& content) {
    return error_of(status, [&] { load_gene_space({.space = folder.write("list.txt", content)}, {}); });
  };
  CHECK_THAT(text_of(Status::config, "A\nB\nA\n"), ContainsSubstring("list.txt:3: gene A is already in line 1"));
  CHECK_THAT(text_of(Status::config, "gene_id\n\n"), ContainsSubstring("no gene"));
  CHECK_THAT(text_of(Status::config, "A\n\tB\n"), ContainsSubstring("list.txt:2"));
  CHECK_THAT(text_of(Status::data, std::string("\x89HDF\0\0", 6)), ContainsSubstring("not a text file"));
  CHECK_THAT(text_of(Status::io, "\x1f\x8b\x08\x00 cut off"), ContainsSubstring("gzip"));
}

TEST_CASE("the space of a data set is its distinct gene names in their order", "[genes]") {
  DatasetInfo info = make_file({"b", "a", "b", "", " c\t1"}, {}).info;
  info.genes.push_back({"gene_symbol", Texts{"BB", "a", "other", "x", "C"}});
  const GeneSpace space = load_gene_space({.space = "dataset"}, info);
  CHECK(ids_of(space) == Texts{"b", "a", "c_1"});
  CHECK(space.genes[0].symbol == "BB");
  CHECK(space.genes[1].symbol.empty());
  error_of(Status::data, [] { load_gene_space({.space = "dataset"}, {}); });
}

TEST_CASE("genes.tsv of a model folder reads as it was written", "[genes]") {
  const testing::TemporaryFolder folder;
  const GeneSpace space{"dataset", {{"#1", ""}, {"\"quoted\"", "s"}, {"with, comma", "t u"}, {"gene_id", "symbol"}}};
  write_genes(folder / "genes.tsv", space);
  const GeneSpace read = read_genes(folder / "genes.tsv", "dataset");
  REQUIRE(ids_of(read) == ids_of(space));
  for (size_t gene = 0; gene < space.genes.size(); ++gene) CHECK(read.genes[gene].symbol == space.genes[gene].symbol);
  CHECK(read.name == "dataset");
  error_of(Status::io, [&] { write_genes(folder / "no folder" / "genes.tsv", space); });
}

TEST_CASE("a damaged genes.tsv is refused", "[genes]") {
  const testing::TemporaryFolder folder;
  const auto text_of = [&](const std::string& content) {
    return error_of(Status::io, [&] { read_genes(folder.write("genes.tsv", content), "dataset"); });
  };
  CHECK_THAT(error_of(Status::io, [&] { read_genes(folder / "none.tsv", ""); }), ContainsSubstring("missing"));
  CHECK_THAT(text_of(""), ContainsSubstring("damaged"));
  CHECK_THAT(text_of("id\tsymbol\n"), ContainsSubstring("no gene"));
  CHECK_THAT(text_of("id\tsymbol\na\tA\nb\tB"), ContainsSubstring("cut off"));
  CHECK_THAT(text_of("id\tsymbol\na\tA\nb\n"), ContainsSubstring("line 3"));
  CHECK_THAT(text_of("id\tsymbol\na\tA\na\tB\n"), ContainsSubstring("line 3 names a a second time"));
}
