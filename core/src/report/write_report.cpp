// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "io/replace_file.hpp"
#include "report/data_section.hpp"
#include "report/figure_data.hpp"
#include "report/format.hpp"
#include "report/grouping.hpp"
#include "report/template.hpp"
#include "scprior/core/installation.hpp"
#include "scprior/core/report.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

constexpr const char* paper =
    "L. Dony, M. König, D. S. Fischer, F. J. Theis. Variational autoencoders with flexible priors enable robust "
    "distribution learning on single-cell RNA sequencing data. ICML Workshop on Computational Biology, 2020.";

std::string counted(size_t n, const std::string& noun) { return concat(n, " ", noun, n == 1 ? "" : "s"); }

/// "5 models · 1 data set · 2 seeds"
std::string extent(const std::vector<FitRecord>& records) {
  std::set<std::string> data, models;
  std::set<int64_t> seeds;
  std::string last;
  for (const FitRecord& record : records) {
    data.insert(record.data);
    models.insert(record.model);
    seeds.insert(record.seed);
    last = std::max(last, record.finished);
  }
  return counted(models.size(), "model") + " · " + counted(data.size(), "data set") + " · " +
         counted(seeds.size(), "seed") + (last.empty() ? "" : " · finished " + last);
}

std::string table_block(const ResultTable& table) {
  return "<figure class=\"table\"><h3>" + html_escaped(table.title) + "</h3>\n<div class=\"scroll\">" + to_html(table) +
         "</div>\n<figcaption>" + html_escaped(table.caption) + "</figcaption></figure>\n";
}

std::string tables_block(const std::vector<ResultTable>& tables) {
  std::string out;
  for (const ResultTable& table : tables) out += table_block(table);
  return out;
}

/// What each model is made of, and how each fit ended.
std::string models_list(const std::vector<FitRecord>& records) {
  std::set<std::string> seen;
  std::string out = "<dl class=\"facts\">\n";
  for (const FitRecord& record : records)
    if (seen.insert(record.model).second)
      out += "<dt>" + html_escaped(record.model) + "</dt><dd>" + html_escaped(record.description) + "</dd>\n";
  return out + "</dl>\n";
}

std::string endings_table(const std::vector<FitRecord>& records) {
  std::string out =
      "<table class=\"results\"><thead><tr><th>Data</th><th>Model</th><th class=\"number\">Seed</th>"
      "<th class=\"number\">Epochs</th><th>Ended because</th></tr></thead><tbody>\n";
  for (const FitGroup& group : grouped(records))
    for (const FitRecord* fit : group.fits)
      out += concat("<tr><th scope=\"row\">", html_escaped(fit->data), "</th><th scope=\"row\">",
                    html_escaped(fit->model), "</th><td class=\"number\">", fit->seed,
                    "</td><td class=\"number\">", fit->epochs, "</td><td>",
                    html_escaped(fit->stop_reason), "</td></tr>\n");
  return out + "</tbody></table>\n";
}

std::string facts_list(const std::vector<Fact>& facts) {
  std::string out = "<dl class=\"facts\">\n";
  for (const Fact& fact : facts)
    out += "<dt>" + html_escaped(fact.name) + "</dt><dd>" + html_escaped(fact.value) + "</dd>\n";
  return out + "</dl>\n";
}

std::string citation_list(const std::vector<std::string>& citations) {
  std::vector<std::string> distinct = {paper};
  for (const std::string& citation : citations)
    if (!citation.empty() && std::find(distinct.begin(), distinct.end(), citation) == distinct.end())
      distinct.push_back(citation);
  std::string out = "<ul>\n";
  for (const std::string& citation : distinct) out += "<li>" + html_escaped(citation) + "</li>\n";
  return out + "</ul>\n";
}

}  // namespace

std::string report_html(const ReportInput& input, const std::filesystem::path& parts) {
  const std::string title = input.title.empty() ? "Comparison of models" : input.title;
  const std::map<std::string, std::string> slots = {
      {"title", html_escaped(title)},
      {"extent", html_escaped(extent(input.records))},
      {"paper_tables", tables_block(paper_tables(input.records))},
      {"metric_tables", tables_block(metric_tables(input.records))},
      {"training_table", table_block(training_table(input.records))},
      {"models", models_list(input.records)},
      {"endings", endings_table(input.records)},
      {"data", data_section(input)},
      {"configuration", html_escaped(input.configuration)},
      {"versions", facts_list(input.versions)},
      {"machine", facts_list(input.machine)},
      {"citations", citation_list(input.citations)},
      {"licence", html_escaped(read_part(parts / "echarts.LICENSE.txt"))},
      {"figure_data", figure_data(input.records)},
  };
  return filled_template(read_part(parts / "report.html"), slots, parts);
}

void write_report(const ReportInput& input, const std::filesystem::path& path) {
  replace_file(path, {report_html(input, data_folder() / "report")});
}

}  // namespace scprior::core
