// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

#include "sample_records.hpp"
#include "scprior/core/plugin_host.hpp"
#include "scprior/error.hpp"
#include "scprior/testing/temporary_folder.hpp"

using namespace scprior::core;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::filesystem::path parts = std::filesystem::path(__FILE__).parent_path() / "../../core/share/report";

size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// The text of the script element with the figures' data.
std::string figure_json(const std::string& html) {
  const std::string open = "<script type=\"application/json\" id=\"figure-data\">";
  const size_t begin = html.find(open) + open.size();
  return html.substr(begin, html.find("</script>", begin) - begin);
}

}  // namespace

TEST_CASE("the report loads nothing from elsewhere") {
  const std::string html = report_html(sample::report(200, 2), parts);
  CHECK_FALSE(std::regex_search(html, std::regex(R"re(<(link|iframe|object|embed|base)\b)re")));
  CHECK_FALSE(std::regex_search(html, std::regex(R"re(<(script|img|source|video|audio)[^>]*\b(src|href)\s*=)re")));
  CHECK_FALSE(std::regex_search(html, std::regex(R"re(@import|url\(\s*['"]?(https?:)?//)re")));
  CHECK_THAT(html, ContainsSubstring("default-src 'none'"));
}

TEST_CASE("the report holds every model, its values, the configuration and the versions") {
  const std::string html = report_html(sample::report(200, 2), parts);
  for (const sample::Model& model : sample::models()) {
    CHECK_THAT(html, ContainsSubstring("<th scope=\"row\">" + model.name + "</th>"));
    CHECK(count(figure_json(html), "\"model\":\"" + model.name + "\"") == 2);
  }
  CHECK_THAT(html, ContainsSubstring("learning_rate = 5e-05"));
  CHECK_THAT(html, ContainsSubstring("<dt>LibTorch</dt>"));
  CHECK_THAT(html, ContainsSubstring("Tomczak, Welling 2018"));
  CHECK_THAT(html, ContainsSubstring("KIR3DL3"));
  CHECK_THAT(html, ContainsSubstring("echarts"));
  CHECK_THAT(html, !ContainsSubstring("{{"));
}

TEST_CASE("what users write cannot become markup") {
  const std::string evil = "</script><img src=x onerror=alert(1)>\"'&{{title}}";
  ReportInput input = sample::report(60, 1);
  input.title = input.configuration = evil;
  input.data[0].name = input.data[0].file = evil;
  input.data[0].report.notes = {evil};
  input.versions.push_back({evil, evil});
  input.citations.push_back(evil);
  for (FitRecord& record : input.records) {
    record.data = record.description = record.stop_reason = evil;
    record.label.names[2] = record.label.column = evil;
    record.metrics[0].note = evil;
  }
  input.records[1].model = evil;
  const std::string html = report_html(input, parts);
  const std::string usual = report_html(sample::report(60, 1), parts);
  CHECK_THAT(html, !ContainsSubstring("<img src=x"));
  CHECK(count(html, "</script>") == count(usual, "</script>"));
  CHECK_THAT(html, ContainsSubstring("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;{{title}}"));
  CHECK_THAT(figure_json(html), ContainsSubstring("\\u003c/script>\\u003cimg src=x"));
}

TEST_CASE("models of a data set share their columns of cells, and many cells are thinned out") {
  const std::string json = figure_json(report_html(sample::report(30000, 1), parts));
  CHECK(count(json, "\"codes\"") == 2);
  CHECK(count(json, "\"cells\":30000,\"drawn\":20000") == sample::models().size());
}

TEST_CASE("a report of nothing, and one without figures, can be made") {
  CHECK_THAT(report_html({}, parts), ContainsSubstring("0 models"));
  ReportInput input;
  input.records = {sample::fit("p", "VAE", 1, 5, 5, 100, 0.1)};
  input.records[0].arrays.push_back({"latent_covariance", "covariance", {0, 0}, {}, {}});
  CHECK_THAT(report_html(input, parts), ContainsSubstring("1 model ·"));
}

TEST_CASE("a report is written with the parts of the installation, and not where nobody may write") {
  const scprior::testing::TemporaryFolder folder;
  const auto path = folder / "report.html";
  write_report(sample::report(50, 1), path);
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  CHECK(text.ends_with("</html>\n"));
  try {
    write_report(sample::report(50, 1), path / "nowhere" / "report.html");
    FAIL("no error");
  } catch (const scprior::Error& error) {
    CHECK(error.status() == scprior::Status::io);
    CHECK_THAT(error.what(), ContainsSubstring("nowhere"));
  }
}

// Not run by itself: writes a report to look at, SCPRIOR_SAMPLE_REPORT=FILE SCPRIOR_SAMPLE_CELLS=N.
TEST_CASE("a sample report to look at", "[.][sample]") {
  const char* path = std::getenv("SCPRIOR_SAMPLE_REPORT");
  const char* cells = std::getenv("SCPRIOR_SAMPLE_CELLS");
  if (path == nullptr) SKIP("no SCPRIOR_SAMPLE_REPORT to write to");
  const ReportInput input = sample::report(cells ? std::atoll(cells) : 1937, 2);
  std::ofstream(path, std::ios::binary) << report_html(input, parts);
  for (const ResultTable& table : paper_tables(input.records)) WARN(to_text(table, true));
}
