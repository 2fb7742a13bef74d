// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include <fmt/format.h>

namespace scprior::bench {

std::string plain(const Summary& summary, int digits, double factor) {
  return summary.n == 0 ? "-" : fmt::format("{:.{}f}", summary.median * factor, digits);
}

std::string with_range(const Summary& summary, int digits, double factor) {
  if (summary.n < 2) return plain(summary, digits, factor);
  return fmt::format("{:.{}f} ({:.{}f}-{:.{}f})", summary.median * factor, digits, summary.min * factor, digits,
                     summary.max * factor, digits);
}

core::ResultTable make_table(const std::string& title, const std::string& caption,
                             const std::vector<std::string>& label_titles, const std::vector<std::string>& columns) {
  core::ResultTable table;
  table.title = title;
  table.caption = caption;
  table.label_titles = label_titles;
  for (const std::string& column : columns) {
    const size_t bar = column.find('|');
    table.columns.push_back({column.substr(0, bar), bar == std::string::npos ? "" : column.substr(bar + 1)});
  }
  return table;
}

void add_row(core::ResultTable& table, const std::vector<std::string>& labels, const std::vector<std::string>& texts) {
  core::TableRow row{labels, {}};
  for (const std::string& text : texts) {
    row.cells.emplace_back();
    row.cells.back().text = text;
  }
  table.rows.push_back(std::move(row));
}

}  // namespace scprior::bench
