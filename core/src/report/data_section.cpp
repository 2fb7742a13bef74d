// SPDX-License-Identifier: Apache-2.0
#include "report/data_section.hpp"

#include <functional>

#include "report/format.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

/// 20125 as "20 125", with spaces that do not break.
std::string grouped_digits(int64_t value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<ptrdiff_t>(text.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3)
    text.insert(static_cast<size_t>(at), "\u202f");
  return text;
}

std::string percent(double share) {
  const double value = 100 * share;
  return format_number(value, value != 0 && value < 1 ? 2 : 1) + " %";
}

const FitRecord* first_fit(const ReportInput& input, const std::string& data) {
  for (const FitRecord& record : input.records)
    if (record.data == data) return &record;
  return nullptr;
}

struct Line {
  const char* title;
  std::function<std::string(const DataSummary&)> value;
};

std::vector<Line> lines(const ReportInput& input) {
  const auto number = [](int64_t DataReport::* member) {
    return [member](const DataSummary& d) { return grouped_digits(d.report.*member); };
  };
  const auto split = [&input](const DataSummary& d) -> std::string {
    const FitRecord* fit = first_fit(input, d.name);
    if (fit == nullptr) return "–";
    return concat(grouped_digits(fit->n_train), " / ", grouped_digits(fit->n_validation), " / ",
                  grouped_digits(fit->n_test));
  };
  return {
      {"File", [](const DataSummary& d) { return d.file; }},
      {"Counts read from", [](const DataSummary& d) { return d.report.matrix; }},
      {"Gene names from", [](const DataSummary& d) { return d.report.gene_names_from; }},
      {"Cells", number(&DataReport::n_cells)},
      {"Cells for training / validation / test", split},
      {"Cells without a count", number(&DataReport::n_empty_cells)},
      {"Genes in the file", number(&DataReport::n_file_genes)},
      {"Genes in the gene space (input of the models)", number(&DataReport::n_space_genes)},
      {"Genes of the space found in the file", number(&DataReport::n_matched_genes)},
      {"Genes dropped (outside the space)",
       [](const DataSummary& d) {
         return concat(grouped_digits(d.report.n_dropped_genes), " (", percent(d.report.dropped_count_share),
                       " of all counts)");
       }},
      {"Genes summed into one of the same name", number(&DataReport::n_merged_genes)},
      {"Counts in the space",
       [](const DataSummary& d) { return grouped_digits(static_cast<int64_t>(d.report.total_counts)); }},
      {"Median counts of a cell",
       [](const DataSummary& d) { return grouped_digits(static_cast<int64_t>(d.report.median_counts)); }},
      {"Entries that are not zero", [](const DataSummary& d) { return percent(d.report.density); }},
  };
}

}  // namespace

std::string data_section(const ReportInput& input) {
  std::string out = "<div class=\"scroll\"><table class=\"results data\"><thead><tr><th></th>";
  for (const DataSummary& data : input.data) out += "<th class=\"number\">" + html_escaped(data.name) + "</th>";
  out += "</tr></thead><tbody>\n";
  for (const Line& line : lines(input)) {
    out += std::string("<tr><th scope=\"row\">") + line.title + "</th>";
    for (const DataSummary& data : input.data)
      out += "<td class=\"number\">" + html_escaped(line.value(data)) + "</td>";
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  for (const DataSummary& data : input.data) {
    if (data.report.notes.empty()) continue;
    out += "<h4>Notes on " + html_escaped(data.name) + "</h4><ul>\n";
    for (const std::string& note : data.report.notes) out += "<li>" + html_escaped(note) + "</li>\n";
    out += "</ul>\n";
  }
  return out;
}

}  // namespace scprior::core
