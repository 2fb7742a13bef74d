// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

#include "fake_loader.hpp"
#include "scprior/core/memory_source.hpp"
#include "scprior/testing/temporary_folder.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace scprior::core::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string refused(const CountRows& counts, Status status = Status::data) {
  return error_of(status, [&] { load(make_file({"g1", "g2", "g3"}, counts)); });
}

}  // namespace

TEST_CASE("values that are no raw counts are refused with the first of them", "[dataset]") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  CHECK_THAT(refused({{1, 2, 3}, {1, 0.5, 3}}), ContainsSubstring("gene g2 of cell cell2 is 0.5"));
  CHECK_THAT(refused({{1, 2, 3}, {1, 0, -2}}), ContainsSubstring("gene g3 of cell cell2 is -2"));
  CHECK_THAT(refused({{1, 2, -3}}), ContainsSubstring("scaling, centring or batch correction"));
  CHECK_THAT(refused({{nan, 2, 3}}), ContainsSubstring("gene g1 of cell cell1 is nan"));
  CHECK_THAT(refused({{0, 2, infinity}}), ContainsSubstring("gene g3 of cell cell1 is inf"));
  CHECK_THAT(refused({{0, -infinity, 1}}), ContainsSubstring("is -inf"));
  CHECK_THAT(refused({{0, 16777218, 1}}), ContainsSubstring("50 % above 16777216"));
  CHECK_THAT(refused({{1, 2, 3}, {1, 0.5, 3}}), ContainsSubstring("16.7 % not whole"));
}

TEST_CASE("the message says what the values look like", "[dataset]") {
  CountRows log_normalised, per_cell;
  for (const std::vector<float>& counts : CountRows{{1, 2, 7}, {0, 3, 1}, {9, 0, 30}}) {
    const float sum = counts[0] + counts[1] + counts[2];
    log_normalised.emplace_back();
    per_cell.emplace_back();
    for (const float count : counts) {
      per_cell.back().push_back(count / sum * 1e6f);
      log_normalised.back().push_back(std::log1p(count / sum * 1e4f));
    }
  }
  CHECK_THAT(refused(log_normalised), ContainsSubstring("log-normalised: exp(x) - 1 sums to 10000 in every cell"));
  CHECK_THAT(refused(per_cell), ContainsSubstring("normalised: they sum to 1e+06 in every cell"));
  CHECK_THAT(refused({{1.5, 2, 3}, {0, 0.25, 9}}), ContainsSubstring("log-transformed"));
  CHECK_THAT(refused({{1.5, 2, 300}, {0, 0.25, 9}}), ContainsSubstring("round them first"));
}

TEST_CASE("where another matrix holds raw counts, the message names the option that selects it", "[dataset]") {
  FakeFile file = make_file({"g1", "g2"}, {{0.5, 1}});
  file.matrices["layers/counts"] = {{5, 10}};
  file.matrices["layers/scaled"] = {{-5, 10}};
  std::string text = error_of(Status::data, [&] { load(file); });
  CHECK_THAT(text,
             ContainsSubstring("raw counts in layers/counts (loader = { type = \"fake\", layer = \"counts\" }, or "
                               "--set loader.type=fake --set loader.layer=counts)"));
  CHECK_THAT(text, !ContainsSubstring("scaled)"));

  file.matrices.erase("layers/counts");
  text = error_of(Status::data, [&] { load(file); });
  CHECK_THAT(text, ContainsSubstring("also has layers/scaled"));
  file.matrices.erase("layers/scaled");
  CHECK_THAT(error_of(Status::data, [&] { load(file); }), ContainsSubstring("no other matrix"));

  DataConfig config = fake_config(file);
  fake_files()["data.fake"].matrices["layers/counts"] = {{5, 10}};
  config.loader.options =
      Options::resolve(fake_host().find(SCPRIOR_KIND_LOADER, "fake")->options, {{"layer", std::string("counts")}});
  CHECK(load_dataset(config, GeneConfig{.space = "dataset"}, fake_host()).report.total_counts == 15);
}

TEST_CASE("values on genes outside the space are checked too", "[dataset]") {
  error_of(Status::data, [] { load(make_file({"a", "b"}, {{1, 0.5}}), GeneSpace{"s", {{"a", ""}}}); });
}

TEST_CASE("data without content are refused", "[dataset]") {
  CHECK_THAT(refused({}), ContainsSubstring("no cells"));
  CHECK_THAT(refused({{0, 0, 0}, {0, 0, 0}}), ContainsSubstring("nothing but zeros"));
  CHECK_THAT(error_of(Status::data, [] { load(make_file({}, {{}})); }), ContainsSubstring("no genes"));
  CHECK_THAT(error_of(Status::data, [] { load(make_file({"a", "b"}, {{0, 3}}), GeneSpace{"s", {{"a", ""}}}); }),
             ContainsSubstring("all counts of the file lie on genes outside"));
}

TEST_CASE("sums of genes of one name that float32 cannot hold are refused", "[dataset]") {
  CHECK_THAT(error_of(Status::data, [] { load(make_file({"a", "a"}, {{16777216, 1}})); }),
             ContainsSubstring("16777216"));
  CHECK(load(make_file({"a", "a"}, {{16777215, 1}})).report.total_counts == 16777216);
}

TEST_CASE("an unknown label or batch column is refused before the counts are read", "[dataset]") {
  FakeFile file = make_file({"a"}, {{0.5}});  // not raw counts, which would be found later
  file.info.cells.push_back({"cell_type", std::vector<std::string>{"x"}});
  file.info.cells.push_back({"donor", std::vector<std::string>{"d"}});
  DataConfig config = fake_config(file);
  config.label = "celltype";
  const std::string text = error_of(Status::data, [&] { load_dataset(config, GeneConfig{}, fake_host()); });
  CHECK_THAT(text,
             ContainsSubstring("no column \"celltype\"; nearest is \"cell_type\"; its columns are cell_type, donor"));
}

TEST_CASE("files that are missing, empty or of no known kind are refused", "[dataset]") {
  const testing::TemporaryFolder folder;
  const auto text_of = [&](Status status, const std::string& name) {
    return error_of(status, [&] {
      DataConfig config;
      config.path = folder / name;
      load_dataset(config, GeneConfig{}, fake_host());
    });
  };
  folder.write("empty.fake", "");
  folder.write("notes.txt", "hello");
  CHECK_THAT(text_of(Status::io, "empty.fake"), ContainsSubstring("empty (0 bytes)"));
  CHECK_THAT(text_of(Status::io, "emty.fake"), ContainsSubstring("no such file; the folder has empty.fake"));
  CHECK_THAT(text_of(Status::io, "no/data.fake"), ContainsSubstring("there is no folder"));
  CHECK_THAT(text_of(Status::data, "notes.txt"), ContainsSubstring("no loader recognises this file. Loaders: fake"));
  CHECK(recognise_loader(folder.write("data.fake", "x"), fake_host()) == "fake");
}

TEST_CASE("many blocks of cells read as one", "[dataset]") {
  CountRows counts;
  for (int64_t cell = 0; cell < 5000; ++cell)  // more than two blocks; values of one, two and four bytes
    counts.push_back({static_cast<float>(cell % 7), cell == 2500 ? 300.0f : 0.0f, cell == 4999 ? 70000.0f : 1.0f});
  const Dataset data = load(make_file({"g1", "g2", "g3"}, counts));
  const std::vector<int64_t> rows{4999, 0, 2500, 2047, 2048, 2500};
  const CountMatrix read = data.cells->read(rows);
  REQUIRE(read.rows() == 6);
  const at::Tensor dense = read.dense();
  for (size_t i = 0; i < rows.size(); ++i)
    for (int64_t gene = 0; gene < 3; ++gene)
      CHECK(dense[static_cast<int64_t>(i)][gene].item<float>() == counts[rows[i]][gene]);
  CHECK(data.cells->read({}).rows() == 0);
  error_of(Status::argument, [&] { data.cells->read(std::vector<int64_t>{5000}); });
  error_of(Status::argument, [&] { data.cells->read(std::vector<int64_t>{-1}); });
}

TEST_CASE("a memory source holds small counts of up to 65536 genes in 3 bytes each", "[dataset]") {
  const int64_t n_genes = GENERATE(65536, 65537);
  MemorySource source(n_genes);
  const std::vector<int64_t> row_ptr{0, 2, 2, 3};
  const std::vector<int32_t> columns{0, static_cast<int32_t>(n_genes - 1), 5};
  source.append(row_ptr, columns, std::vector<float>{1, 255, 3});
  CHECK(source.bytes() == 3 * (n_genes == 65536 ? 3 : 5) + 4 * 8);
  source.append(std::vector<int64_t>{0, 1}, std::vector<int32_t>{7}, std::vector<float>{65535});
  CHECK(source.n_cells() == 4);
  CHECK(source.n_nonzero() == 4);
  const CountMatrix read = source.read(std::vector<int64_t>{3, 1, 0});
  CHECK(read.csr().row_ptr.equal(at::tensor({0, 1, 1, 3}, at::kLong)));
  CHECK(read.csr().columns.equal(at::tensor({7, 0, static_cast<int>(n_genes - 1)}, at::kInt)));
  CHECK(read.csr().values.equal(at::tensor({65535.0f, 1.0f, 255.0f}, at::kFloat)));
}

TEST_CASE("a memory source refuses what does not fit", "[dataset]") {
  MemorySource source(10);
  const auto refuses = [&](std::vector<int64_t> row_ptr, std::vector<int32_t> columns, std::vector<float> values) {
    error_of(Status::argument, [&] { source.append(row_ptr, columns, values); });
  };
  refuses({}, {}, {});
  refuses({0, 2}, {1}, {1});
  refuses({0, 1}, {10}, {1});
  refuses({0, 1}, {-1}, {1});
  refuses({0, 2}, {3, 3}, {1, 1});
  refuses({0, 1}, {3}, {0});
  refuses({0, 1}, {3}, {1.5});
  refuses({0, 1}, {3}, {-1});
  CHECK(source.n_cells() == 0);
  error_of(Status::argument, [] { MemorySource(-1); });
}
