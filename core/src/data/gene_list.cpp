// SPDX-License-Identifier: Apache-2.0
#include "data/gene_list.hpp"

#include <algorithm>
#include <unordered_map>

#include "scprior/error.hpp"

namespace scprior::core {
namespace {

using Names = std::vector<std::string>;
using Fields = std::vector<std::string_view>;

const Names id_headers = {"gene_id",    "gene_ids",    "ensembl_gene_id", "ensembl_id", "ensembl", "id",
                          "feature_id", "gene_name",   "gene_symbol",     "gene",       "genes",   "symbol",
                          "name",       "feature_name"};
const Names symbol_headers = {"gene_symbol", "symbol", "gene_name", "gene_symbols", "feature_name", "gene", "name"};

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

void split_line(std::string_view line, char separator, Fields& fields) {
  fields.clear();
  for (;;) {
    const size_t end = line.find(separator);
    std::string_view field = trimmed(line.substr(0, end));
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"') field = field.substr(1, field.size() - 2);
    fields.push_back(field);
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

/// Index in `header` of the first of `names` that is there, leaving out `except`; -1 if none.
int find_column(const Fields& header, const Names& names, int except) {
  for (const std::string& name : names) {
    for (size_t column = 0; column < header.size(); ++column) {
      std::string lower(header[column]);
      std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
      if (lower == name && static_cast<int>(column) != except) return static_cast<int>(column);
    }
  }
  return -1;
}

std::string_view field_or_empty(const Fields& fields, int column) {
  return column >= 0 && column < static_cast<int>(fields.size()) ? fields[column] : std::string_view();
}

}  // namespace

std::string clean_gene_name(std::string_view name) {
  std::string clean(trimmed(name));
  std::replace_if(clean.begin(), clean.end(), is_control, '_');
  return clean;
}

bool is_clean_gene_name(std::string_view name) {
  return name.empty() || (!is_space(name.front()) && !is_space(name.back()) &&
                          std::none_of(name.begin(), name.end(), is_control));
}

std::vector<Gene> parse_gene_list(const std::string& text, const std::string& where) {
  std::vector<Gene> genes;
  std::vector<int64_t> line_of;  // of each gene
  Fields fields;
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
    if (line.starts_with('#') || trimmed(line).empty()) continue;
    split_line(line, line.find('\t') != std::string_view::npos ? '\t' : ',', fields);
    if (first) {
      first = false;
      const int found = find_column(fields, id_headers, -1);
      if (found >= 0) {
        id_column = found;
        symbol_column = find_column(fields, symbol_headers, id_column);
        continue;
      }
    }
    genes.push_back({clean_gene_name(field_or_empty(fields, id_column)),
                     clean_gene_name(field_or_empty(fields, symbol_column))});
    line_of.push_back(line_number);
    if (genes.back().id.empty()) fail(Status::config, where, ":", line_number, ": the line names no gene");
  }
  if (genes.empty()) fail(Status::config, where, ": the list has no gene");
  std::unordered_map<std::string_view, size_t> first_with;
  first_with.reserve(genes.size());
  for (size_t gene = 0; gene < genes.size(); ++gene)
    if (const auto [place, fresh] = first_with.emplace(genes[gene].id, gene); !fresh)
      fail(Status::config, where, ":", line_of[gene], ": gene ", genes[gene].id, " is already in line ",
           line_of[place->second], "; a gene can be in a list once");
  return genes;
}

}  // namespace scprior::core
