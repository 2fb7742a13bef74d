// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "report/format.hpp"
#include "report/grouping.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

using Better = MetricValue::Better;

std::string arrow(Better better) {
  return better == Better::neither ? "" : better == Better::higher ? " ↑" : " ↓";
}

std::string padded(const std::string& text, size_t width, bool right) {
  const size_t have = display_width(text);
  const std::string space(width > have ? width - have : 0, ' ');
  return right ? space + text : text + space;
}

/// A label is said once, not again in the rows below it.
bool repeats_above(const ResultTable& table, size_t row, size_t label) {
  if (row == 0 || label + 1 == table.label_titles.size()) return false;
  for (size_t i = 0; i <= label; ++i)
    if (table.rows[row].labels[i] != table.rows[row - 1].labels[i]) return false;
  return true;
}

/// Rows of one data set stand together.
bool begins_group(const ResultTable& table, size_t row) {
  return row > 0 && table.label_titles[0] == "Data" && table.rows[row].labels[0] != table.rows[row - 1].labels[0];
}

std::string plain_mark(const TableCell& cell) { return cell.bold ? "*" : cell.italic ? "_" : ""; }

size_t mark_width(const TableCell& cell, bool ansi) { return ansi ? 0 : plain_mark(cell).size(); }

std::vector<size_t> column_widths(const ResultTable& table, bool ansi) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < table.label_titles.size(); ++i) {
    widths.push_back(display_width(table.label_titles[i]));
    for (const TableRow& row : table.rows) widths.back() = std::max(widths.back(), display_width(row.labels[i]));
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    widths.push_back(std::max(display_width(column.title + arrow(column.better)), display_width(column.unit)));
    for (const TableRow& row : table.rows)
      widths.back() = std::max(widths.back(), display_width(row.cells[i].text) + mark_width(row.cells[i], ansi));
  }
  return widths;
}

std::string joined(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) line += (line.empty() ? "" : "   ") + field;
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line + "\n";
}

std::string cell_text(const TableCell& cell, size_t width, bool ansi) {
  if (!ansi) return padded(plain_mark(cell) + cell.text, width, true);
  const std::string text = padded(cell.text, width, true);
  if (!cell.bold && !cell.italic) return text;
  return (cell.bold ? "\033[1m" : "\033[3m") + text + "\033[0m";
}

std::string heading_lines(const ResultTable& table, const std::vector<size_t>& widths) {
  std::vector<std::string> titles, units, rule;
  const size_t n_labels = table.label_titles.size();
  for (size_t i = 0; i < n_labels; ++i) {
    titles.push_back(padded(table.label_titles[i], widths[i], false));
    units.push_back(std::string(widths[i], ' '));
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    titles.push_back(padded(table.columns[i].title + arrow(table.columns[i].better), widths[n_labels + i], true));
    units.push_back(padded(table.columns[i].unit, widths[n_labels + i], true));
  }
  size_t total = 3 * (widths.size() - 1);
  for (size_t width : widths) total += width;
  std::string line;
  for (size_t i = 0; i < total; ++i) line += "─";
  const auto has_unit = [](const TableColumn& column) { return !column.unit.empty(); };
  const bool any_unit = std::any_of(table.columns.begin(), table.columns.end(), has_unit);
  return joined(titles) + (any_unit ? joined(units) : "") + line + "\n";
}

std::string html_heading(const TableColumn& column) {
  const char* hint = column.better == Better::neither  ? ""
                     : column.better == Better::higher ? " title=\"higher is better\""
                                                       : " title=\"lower is better\"";
  const std::string unit = column.unit.empty() ? "" : "<span class=\"unit\">" + html_escaped(column.unit) + "</span>";
  return concat("<th scope=\"col\" class=\"number\"", hint, ">", html_escaped(column.title), arrow(column.better), unit,
                "</th>");
}

std::string html_cell(const TableCell& cell) {
  std::string text = html_escaped(cell.text);
  if (text.starts_with('-')) text.replace(0, 1, "−");
  if (cell.bold) text = "<b>" + text + "</b>";
  if (cell.italic) text = "<i>" + text + "</i>";
  const std::string note = cell.note.empty() ? "" : " title=\"" + html_escaped(cell.note) + "\"";
  return "<td class=\"number\"" + note + ">" + text + "</td>";
}

}  // namespace

std::string to_text(const ResultTable& table, bool ansi) {
  const std::vector<size_t> widths = column_widths(table, ansi);
  std::string out = table.title + "\n\n" + heading_lines(table, widths);
  for (size_t r = 0; r < table.rows.size(); ++r) {
    std::vector<std::string> fields;
    for (size_t i = 0; i < table.label_titles.size(); ++i)
      fields.push_back(padded(repeats_above(table, r, i) ? "" : table.rows[r].labels[i], widths[i], false));
    for (size_t i = 0; i < table.columns.size(); ++i)
      fields.push_back(cell_text(table.rows[r].cells[i], widths[table.label_titles.size() + i], ansi));
    out += (begins_group(table, r) ? "\n" : "") + joined(fields);
  }
  return out;
}

std::string to_html(const ResultTable& table) {
  std::string out = "<table class=\"results\">\n<thead><tr>";
  for (const std::string& title : table.label_titles) out += "<th scope=\"col\">" + html_escaped(title) + "</th>";
  for (const TableColumn& column : table.columns) out += html_heading(column);
  out += "</tr></thead>\n<tbody>\n";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    out += begins_group(table, r) ? "<tr class=\"group\">" : "<tr>";
    for (size_t i = 0; i < table.label_titles.size(); ++i)
      out += "<th scope=\"row\">" + (repeats_above(table, r, i) ? "" : html_escaped(table.rows[r].labels[i])) + "</th>";
    for (const TableCell& cell : table.rows[r].cells) out += html_cell(cell);
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

}  // namespace scprior::core
