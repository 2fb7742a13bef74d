// SPDX-License-Identifier: Apache-2.0
#include "data/gene_list.hpp"

#include <algorithm>
#include <unordered_map>

#include "scprior/error.hpp"

namespace scprior::core {
namespace {

using Fields = std::vector<std::string>;

const Fields id_headers = {"gene_id",    "gene_ids",    "ensembl_gene_id", "ensembl_id", "ensembl", "id",
                           "feature_id", "gene_name",   "gene_symbol",     "gene",       "genes",   "symbol",
                           "name",       "feature_name"};
const Fields symbol_headers = {"gene_symbol", "symbol", "gene_name", "gene_symbols", "feature_name", "gene", "name"};

Fields split_line(std::string_view line, char separator) {
  Fields fields;
  for (;;) {
    const size_t end = line.find(separator);
    std::string field = clean_gene_name(line.substr(0, end));
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"') field = field.substr(1, field.size() - 2);
    fields.push_back(std::move(field));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

/// Index in `header` of the first of `names` that is there, leaving out `except`; -1 if none.
int find_column(const Fields& header, const Fields& names, int except) {
  for (const std::string& name : names) {
    for (size_t column = 0; column < header.size(); ++column) {
      std::string lower = header[column];
      std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
      if (lower == name && static_cast<int>(column) != except) return static_cast<int>(column);
    }
  }
  return -1;
}

const std::string& field_or_empty(const Fields& fields, int column) {
  static const std::string empty;
  return column >= 0 && column < static_cast<int>(fields.size()) ? fields[column] : empty;
}

}  // namespace

std::string clean_gene_name(std::string_view name) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!name.empty() && is_space(name.front())) name.remove_prefix(1);
  while (!name.empty() && is_space(name.back())) name.remove_suffix(1);
  std::string clean(name);
  for (char& c : clean)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '_';
  return clean;
}

std::vector<Gene> parse_gene_list(const std::string& text, const std::string& where) {
  std::vector<Gene> genes;
  std::unordered_map<std::string, int64_t> line_of;
  int id_column = 0, symbol_column = 1;
  bool first = true;
  int64_t line_number = 0;
  std::string_view rest = text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);  // byte order mark of spreadsheets
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++line_number;
    if (line.starts_with('#') || clean_gene_name(line).empty()) continue;
    const Fields fields = split_line(line, line.find('\t') != std::string_view::npos ? '\t' : ',');
    if (first) {
      first = false;
      const int found = find_column(fields, id_headers, -1);
      if (found >= 0) {
        id_column = found;
        symbol_column = find_column(fields, symbol_headers, id_column);
        continue;
      }
    }
    Gene gene{field_or_empty(fields, id_column), field_or_empty(fields, symbol_column)};
    if (gene.id.empty()) fail(Status::config, where, ":", line_number, ": the line names no gene");
    const auto [place, fresh] = line_of.emplace(gene.id, line_number);
    if (!fresh)
      fail(Status::config, where, ":", line_number, ": gene ", gene.id, " is already in line ", place->second,
           "; a gene can be in a list once");
    genes.push_back(std::move(gene));
  }
  if (genes.empty()) fail(Status::config, where, ": the list has no gene");
  return genes;
}

}  // namespace scprior::core
