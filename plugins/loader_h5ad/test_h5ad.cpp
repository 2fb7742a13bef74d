// SPDX-License-Identifier: Apache-2.0
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <thread>

#include "test_support.hpp"

using namespace scprior;
using namespace scprior::h5ad::testing;
using h5ad::H5adLoader;

TEST_CASE("counts are read from every storage and every version of AnnData", "[h5ad]") {
  const char* const name =
      GENERATE("csr_gzip.h5ad", "dense_lzf.h5ad", "csc_double.h5ad", "version_0_7.h5ad", "version_0_6.h5ad");
  INFO(name);
  H5adLoader loader = make_loader();
  const DatasetInfo info = loader.open(fixture(name));
  REQUIRE(info.n_cells == test_cells);
  REQUIRE(info.n_genes == test_genes);
  REQUIRE(info.matrix == "X");
  REQUIRE(info.cell_names.at(3) == "cell3");
  REQUIRE(info.gene_names.size() == test_genes);
  REQUIRE(info.notes.empty());
  require_counts(loader, test_genes, 1);
}

TEST_CASE("layers and raw are read in place of X", "[h5ad]") {
  const char* const name = GENERATE("csr_gzip.h5ad", "version_0_7.h5ad", "version_0_6.h5ad");
  INFO(name);
  H5adLoader raw = make_loader({{"raw", true}});
  const DatasetInfo info = raw.open(fixture(name));
  REQUIRE(info.matrix == "raw/X");
  REQUIRE(info.gene_names.back() == "ENSG8");
  require_counts(raw, test_raw_genes, 3);
  if (std::string(name) == "version_0_6.h5ad") return;

  H5adLoader layer = make_loader({{"layer", "counts"}});
  REQUIRE(layer.open(fixture(name)).other_matrices == std::vector<std::string>{"X", "raw/X"});
  require_counts(layer, test_genes, 2);
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
  REQUIRE(dense(unsorted.read(rows), test_genes).at(0) == std::vector<float>{0, 3, 0, 0, 0, 8, 0});

  H5adLoader repeated = make_loader();
  repeated.open(changed(5, 5));
  REQUIRE(dense(repeated.read(rows), test_genes).at(0) == std::vector<float>{0, 0, 0, 0, 0, 11, 0});
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
  require_counts(loader, test_genes, 1);
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
  const std::filesystem::path renamed = scratch / "cells.h5";
  std::filesystem::copy_file(fixture("dense_lzf.h5ad"), renamed);
  REQUIRE(loader.recognises(renamed));
  REQUIRE_FALSE(loader.recognises(fixture("tenx.h5")));
  REQUIRE_FALSE(loader.recognises(scratch.write("table.csv", "a,b\n")));
  REQUIRE_FALSE(loader.recognises("no/such/file.h5"));
}
