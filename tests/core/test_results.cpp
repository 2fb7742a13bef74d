// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "sample_records.hpp"
#include "scprior/error.hpp"

using namespace scprior::core;
using Better = scprior::MetricValue::Better;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

FitRecord small_record() {
  FitRecord record = sample::records(30, 1).at(3);
  record.metrics.push_back({"silhouette", "alpha", not_a_number, Better::higher, "one cell only"});
  record.metrics.push_back({"odd", "", -infinity, Better::lower, ""});
  record.history[2].validation_loss = not_a_number;
  record.test_loss = infinity;
  record.umap[5] = std::numeric_limits<float>::quiet_NaN();
  record.label.names[0] = "\"β\\cells\" </script>\n";
  record.configuration = "a = \"é\"\n";
  record.arrays[0].axis_labels = {"x", "y"};
  record.arrays.push_back({"empty", "", {0, 3}, {}, {}});
  return record;
}

std::string error_of(const std::string& text) {
  try {
    fit_record_from_json(text, "results/vae/1/record.json");
  } catch (const scprior::Error& error) {
    CHECK(error.status() == scprior::Status::data);
    return error.what();
  }
  return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const TableCell& cell(const std::vector<ResultTable>& tables, size_t table, size_t row, size_t column) {
  return tables.at(table).rows.at(row).cells.at(column);
}

}  // namespace

TEST_CASE("a record survives JSON, with NaN and infinities") {
  const FitRecord before = small_record();
  const std::string text = to_json(before);
  const FitRecord after = fit_record_from_json(text, "x");
  CHECK(to_json(after) == text);
  CHECK(after.model == "VAE-VAMP");
  CHECK(after.label.names[0] == before.label.names[0]);
  CHECK(after.label.codes == before.label.codes);
  CHECK(after.batch.codes == before.batch.codes);
  CHECK(after.configuration == before.configuration);
  CHECK(std::isnan(after.history[2].validation_loss));
  CHECK(after.history[2].train_loss == before.history[2].train_loss);
  CHECK(after.history.back().learning_rate == before.history.back().learning_rate);
  CHECK(after.test_loss == infinity);
  CHECK(std::isnan(after.umap[5]));
  CHECK(after.umap[6] == before.umap[6]);
  CHECK(after.arrays[2].values == before.arrays[2].values);
  CHECK(after.arrays[0].axis_labels == before.arrays[0].axis_labels);
  REQUIRE(after.metrics.size() == before.metrics.size());
  CHECK(std::isnan(after.metrics[after.metrics.size() - 2].value));
  CHECK(after.metrics[after.metrics.size() - 2].note == "one cell only");
  CHECK(after.metrics.back().value == -infinity);
  CHECK(after.metrics.back().better == Better::lower);
}

TEST_CASE("a name that is no UTF-8 does not prevent a record from being written") {
  FitRecord record = small_record();
  record.label.names[1] = "caf\xe9";
  CHECK(fit_record_from_json(to_json(record), "x").label.names[1] == "caf\xEF\xBF\xBD");
}

TEST_CASE("a damaged record is refused with its path and what is wrong") {
  const std::string good = to_json(small_record());
  CHECK(error_of(good).empty());
  CHECK_THAT(error_of(good.substr(0, good.size() / 2)), ContainsSubstring("results/vae/1/record.json"));
  CHECK_THAT(error_of(""), ContainsSubstring("--force"));
  CHECK_THAT(error_of("[1, 2]"), ContainsSubstring("not the record of a fit"));
  CHECK_THAT(error_of(replaced(good, "\"schema\": 1", "\"schema\": 2")), ContainsSubstring("reads schema 1"));
  CHECK_THAT(error_of(replaced(good, "\"best_epoch\"", "\"worst_epoch\"")), ContainsSubstring("best_epoch"));
  CHECK_THAT(error_of(replaced(good, "\"seed\": 1", "\"seed\": \"one\"")), ContainsSubstring("number"));
  CHECK_THAT(error_of(replaced(good, "\"n_cells\": 30", "\"n_cells\": 31")), ContainsSubstring("umap"));
  CHECK_THAT(error_of(replaced(good, "\"better\": \"higher\"", "\"better\": \"best\"")), ContainsSubstring("best"));
  CHECK_THAT(error_of(replaced(good, "\"umap\": \"", "\"umap\": \"!!!!")), ContainsSubstring("base64"));
  CHECK_THAT(error_of(replaced(good, "    128\n", "    9223372036854775807\n")), ContainsSubstring("shape"));

  FitRecord record = small_record();
  record.label.codes[3] = 99;
  CHECK_THAT(error_of(to_json(record)), ContainsSubstring("code without a name"));
}

TEST_CASE("a metric's result is stored with its arrays in row-major order") {
  FitRecord record;
  scprior::MetricResult result;
  result.values = {{"", 3.5, Better::higher, ""}, {"sampled", 4, Better::neither, "on samples"}};
  result.arrays = {{"matrix", at::arange(6, at::kDouble).view({2, 3}).t(), {"a", "b", "c"}}};
  add_metric(record, "active_units", result);
  REQUIRE(record.metrics.size() == 2);
  CHECK(record.metrics[1].name == "sampled");
  CHECK(record.arrays[0].shape == std::vector<int64_t>{3, 2});
  CHECK(record.arrays[0].values == std::vector<float>{0, 3, 1, 4, 2, 5});

  const CellColumn column = cell_column("cell_type", {at::tensor({1, -1, 0}, at::kLong), {"a", "b"}});
  CHECK(column.codes == std::vector<int32_t>{1, -1, 0});
}

TEST_CASE("tables give the mean and the sample standard deviation over seeds") {
  const auto tables = paper_tables({sample::fit("p", "VAE", 1, 10, 5, 5000.25, 0.1),
                                    sample::fit("p", "VAE", 2, 14, 5, 5002.25, 0.3),
                                    sample::fit("p", "AE", 1, 128, 7, 4990, 0.2)});
  REQUIRE(tables.size() == 2);
  CHECK(tables[0].rows.at(0).labels == std::vector<std::string>{"VAE"});
  CHECK_THAT(cell(tables, 0, 0, 0).mean, WithinRel(12.0));
  CHECK_THAT(cell(tables, 0, 0, 0).sd, WithinRel(std::sqrt(8.0)));
  CHECK(cell(tables, 0, 0, 0).n == 2);
  CHECK(cell(tables, 0, 0, 0).text == "12.0 ± 2.8");
  CHECK(cell(tables, 1, 0, 1).text == "0.200 ± 0.141");
}

TEST_CASE("one seed has no standard deviation, and whole numbers no decimals") {
  const auto tables = paper_tables({sample::fit("p", "VAE", 1, 10, 5, 5000.25, 0.1)});
  CHECK(cell(tables, 0, 0, 0).text == "10");
  CHECK(std::isnan(cell(tables, 0, 0, 0).sd));
  CHECK_THAT(tables[0].caption, ContainsSubstring("One seed."));
}

TEST_CASE("the best generative model is bold, an autoencoder that is at least as good italic") {
  const auto tables = paper_tables(
      {sample::fit("p", "AE", 1, 50, 9, 4900, 0.25), sample::fit("p", "VAE", 1, 20, 5, 5100, 0.1),
       sample::fit("p", "VAMP", 1, 90, 5, 5050, 0.3), sample::fit("q", "AE", 1, 99, 9, 5000, 0.2),
       sample::fit("q", "VAE", 1, 30, 5, 4000, 0.2), sample::fit("q", "VAMP", 1, 30, 5, 4500, 0.1)});
  const auto marks = [&](size_t table, size_t column) {
    std::string out;
    for (const TableRow& row : tables.at(table).rows)
      out += row.cells.at(column).bold ? 'b' : row.cells.at(column).italic ? 'i' : '.';
    return out;
  };
  CHECK(marks(0, 0) == "..bibb");  // higher is better; a tie makes both bold
  CHECK(marks(0, 1) == "......");  // neither is better
  CHECK(marks(1, 0) == "i.b.b.");  // lower is better
  CHECK(marks(1, 1) == "..bib.");  // an autoencoder that ties is among the best
}

TEST_CASE("values that print alike are equally good") {
  const auto tables = paper_tables(
      {sample::fit("p", "VAE", 1, 1, 1, 5000.01, 0.10001), sample::fit("p", "VAMP", 1, 1, 1, 5000.02, 0.1)});
  CHECK(cell(tables, 1, 0, 0).bold);
  CHECK(cell(tables, 1, 1, 0).bold);
  CHECK(cell(tables, 1, 1, 1).bold);
}

TEST_CASE("missing and undefined values are left out of means and marks") {
  FitRecord without = sample::fit("p", "VAMP", 1, 5, 5, 1, 1);
  without.metrics.resize(2);
  const auto tables = paper_tables(
      {sample::fit("p", "VAE", 1, 4, 4, 10, not_a_number), sample::fit("p", "VAE", 2, 6, 4, infinity, 0.5), without});
  CHECK(cell(tables, 1, 0, 1).mean == 0.5);
  CHECK(cell(tables, 1, 0, 1).n == 1);
  CHECK(cell(tables, 1, 0, 0).text == "Inf");
  CHECK(cell(tables, 1, 1, 0).text == "–");
  CHECK_FALSE(cell(tables, 1, 1, 0).bold);
}

TEST_CASE("tables without any value are left out") {
  FitRecord record = sample::fit("p", "VAE", 1, 5, 5, 1, 1);
  record.metrics.resize(1);
  const auto tables = paper_tables({record});
  REQUIRE(tables.size() == 1);
  CHECK(tables[0].columns.size() == 1);
  CHECK(paper_tables({}).empty());
}

TEST_CASE("metrics that the paper does not name get a table of their own") {
  FitRecord record = sample::fit("p", "VAE", 1, 5, 5, 1, 1);
  record.metrics.push_back({"kbet", "k30", 0.25, Better::higher, ""});
  const auto tables = metric_tables({record});
  REQUIRE(tables.size() == 1);
  CHECK(tables[0].rows.back().labels[0] == "kbet.k30");
  CHECK(tables[0].rows.back().cells.at(0).text == "0.250");
}

TEST_CASE("the training table reads the KL term at the epoch that was kept") {
  FitRecord record = sample::fit("p", "VAE", 1, 5, 5, 1, 1);
  record.best_epoch = 2;
  record.peak_memory = 2'000'000'000;
  record.history.resize(3);
  for (int64_t i = 0; i < 3; ++i) {
    record.history[i].epoch = i + 1;
    record.history[i].kl = 10.0 + static_cast<double>(i);
    record.history[i].train_loss = 1100;
  }
  FitRecord autoencoder = record;
  autoencoder.model = "AE";
  autoencoder.is_autoencoder = true;
  const ResultTable table = training_table({record, autoencoder});
  REQUIRE(table.columns.size() == 7);
  CHECK(table.rows[0].cells[4].text == "2");
  CHECK(table.rows[0].cells[5].text == "11");
  CHECK(table.rows[0].cells[6].text == "1");
  CHECK(table.rows[1].cells[5].text == "–");
}

TEST_CASE("a table is aligned as text, whatever its letters") {
  const std::vector records = {sample::fit("påncreas", "VAE", 1, 5, 5, 5000, 0.1),
                               sample::fit("påncreas", "β-VAMP", 1, 12, 5, 400, -0.2),
                               sample::fit("liver", "VAE", 1, 7, 5, 400, -0.2)};
  const std::string plain = to_text(paper_tables(records)[0], false);
  CHECK(plain == "Table 1. Use of the latent space\n\n"
                 "Data       Model    Active units ↑   PCs for 95 %\n"
                 "─────────────────────────────────────────────────\n"
                 "påncreas   VAE                   5              5\n"
                 "           β-VAMP              *12              5\n\n"
                 "liver      VAE                  *7              5\n");
  const std::string ansi = to_text(paper_tables(records)[0], true);
  CHECK_THAT(ansi, ContainsSubstring("\033[1m            12\033[0m"));
  CHECK_THAT(plain, !ContainsSubstring("\033"));
}

TEST_CASE("CSV quotes what would break a row, and writes undefined values as R and Python read them") {
  FitRecord record = sample::fit("a,b", "say \"VAE\"", 7, 5, 5, infinity, not_a_number);
  record.metrics[3].note = "two\nlines";
  const std::string csv = results_csv({record});
  CHECK_THAT(csv, ContainsSubstring("data,model,seed,metric,name,value,better,note\n"));
  CHECK_THAT(csv, ContainsSubstring("\"a,b\",\"say \"\"VAE\"\"\",7,active_units,,5,higher,\n"));
  CHECK_THAT(csv, ContainsSubstring(",reconstruction_loss,,Inf,lower,\n"));
  CHECK_THAT(csv, ContainsSubstring(",silhouette,,NaN,higher,\"two\nlines\"\n"));
  CHECK_THAT(csv, ContainsSubstring(",training,epochs,0,neither,\n"));
}

TEST_CASE("the summary has a line for each model and value, with the number of seeds") {
  const std::string csv =
      summary_csv({sample::fit("p", "VAE", 1, 10, 5, 2, 0.1), sample::fit("p", "VAE", 2, 14, 5, 4, not_a_number)});
  CHECK_THAT(csv, ContainsSubstring("p,VAE,active_units,,2,12,2.8284271247461903,higher\n"));
  CHECK_THAT(csv, ContainsSubstring("p,VAE,silhouette,,1,0.1,NaN,higher\n"));
}

TEST_CASE("results.json holds scalars and histories, not the cells") {
  const std::string json = results_json({small_record()}, "schema = 1\n");
  CHECK_THAT(json, ContainsSubstring("\"configuration\": \"schema = 1\\n\""));
  CHECK_THAT(json, ContainsSubstring("\"validation_loss\""));
  CHECK_THAT(json, !ContainsSubstring("umap"));
}
