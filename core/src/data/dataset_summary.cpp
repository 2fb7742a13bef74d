// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/dataset_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/count_check.hpp"
#include "data/gene_mapping.hpp"
#include "data/open_data.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

constexpr size_t n_examples = 6;

std::array<double, 5> quartiles(std::vector<double> values) {
  std::array<double, 5> result{};
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  for (size_t quarter = 0; quarter < result.size(); ++quarter) {
    const double place = static_cast<double>(values.size() - 1) * static_cast<double>(quarter) / 4;
    const size_t below = static_cast<size_t>(place), above = std::min(below + 1, values.size() - 1);
    result[quarter] = values[below] + (place - std::floor(place)) * (values[above] - values[below]);
  }
  return result;
}

template <class Value, class Text>
void set_examples(ColumnSummary& column, const std::set<Value>& distinct, Text text) {
  column.n_distinct = static_cast<int64_t>(distinct.size());
  for (auto value = distinct.begin(); value != distinct.end() && column.examples.size() < n_examples; ++value)
    column.examples.push_back(text(*value));
}

ColumnSummary summarise(const std::string& name, const Categories& values) {
  ColumnSummary column{name, "categories", 0, 0, {}};
  const auto known = [&](int32_t code) { return code >= 0 && code < static_cast<int32_t>(values.names.size()); };
  std::set<int32_t> distinct;
  for (const int32_t code : values.codes) known(code) ? void(distinct.insert(code)) : void(++column.n_missing);
  set_examples(column, distinct, [&](int32_t code) { return values.names[code]; });
  return column;
}

ColumnSummary summarise(const std::string& name, const std::vector<std::string>& values) {
  ColumnSummary column{name, "texts", 0, 0, {}};
  std::set<std::string> distinct;
  for (const std::string& value : values) value.empty() ? void(++column.n_missing) : void(distinct.insert(value));
  set_examples(column, distinct, [](const std::string& value) { return value; });
  return column;
}

ColumnSummary summarise(const std::string& name, const std::vector<int64_t>& values) {
  ColumnSummary column{name, "whole numbers", 0, 0, {}};
  set_examples(column, std::set<int64_t>(values.begin(), values.end()),
               [](int64_t value) { return std::to_string(value); });
  return column;
}

ColumnSummary summarise(const std::string& name, const std::vector<bool>& values) {
  ColumnSummary column{name, "true or false", 0, 0, {}};
  set_examples(column, std::set<bool>(values.begin(), values.end()),
               [](bool value) { return value ? "true" : "false"; });
  return column;
}

ColumnSummary summarise(const std::string& name, const std::vector<double>& values) {
  ColumnSummary column{name, "real numbers", 0, 0, {}};
  std::set<double> distinct;
  for (const double value : values) std::isnan(value) ? void(++column.n_missing) : void(distinct.insert(value));
  column.n_distinct = static_cast<int64_t>(distinct.size());
  if (!distinct.empty()) column.examples = {fmt::format("{:.6g} to {:.6g}", *distinct.begin(), *distinct.rbegin())};
  return column;
}

/// Reads all blocks; the counts stay in the file.
CountCheck look_through(const OpenData& data, DatasetSummary& summary) {
  CountCheck check;
  std::vector<double> sums, n_genes;
  for (int64_t first = 0, step = block_rows(data.info); first < data.info.n_cells; first += step) {
    const CountBlock block = read_block(data, first, std::min(first + step, data.info.n_cells));
    check.add(block, first);
    for (size_t row = 0; row + 1 < block.row_ptr.size(); ++row) {
      double sum = 0;
      int64_t n = 0;
      for (int64_t entry = block.row_ptr[row]; entry < block.row_ptr[row + 1]; ++entry) {
        sum += block.values[entry];
        n += block.values[entry] != 0;
      }
      sums.push_back(sum);
      n_genes.push_back(static_cast<double>(n));
      summary.n_nonzero += n;
      summary.n_empty_cells += n == 0;
    }
  }
  const double size = static_cast<double>(summary.n_cells) * static_cast<double>(summary.n_genes);
  summary.density = size > 0 ? static_cast<double>(summary.n_nonzero) / size : 0;
  summary.counts_per_cell = quartiles(std::move(sums));
  summary.genes_per_cell = quartiles(std::move(n_genes));
  return check;
}

std::string describe_values(const CountCheck& check, const OpenData& data, const DataConfig& config,
                            const PluginHost& host, const DatasetSummary& summary) {
  if (summary.n_cells == 0 || summary.n_genes == 0) return "nothing: the file has no cells or no genes";
  if (summary.n_nonzero == 0) return "nothing but zeros";
  if (check.raw()) return fmt::format("raw counts: whole numbers, the largest is {:.9g}", check.largest());
  return check.explain(data.info) + ". " + other_matrices_text(data, config, host);
}

void add_naming(const OpenData& data, const GeneConfig& genes, DatasetSummary& summary) {
  const GeneSpace space = load_gene_space(genes, data.info);
  summary.space = space.name;
  summary.n_space_genes = static_cast<int64_t>(space.genes.size());
  summary.naming = match_names(data.info, space);
  try {
    const GeneMapping mapping =
        map_genes(data.info, space, "--set genes.space=dataset takes the genes of the file instead.");
    summary.genes =
        fmt::format("{} of the {} genes of {} are in the file, by {}; {} genes of the file are outside",
                    mapping.n_matched, summary.n_space_genes, space.name,
                    mapping.names_from == "index" ? "the index" : "column " + mapping.names_from, mapping.n_dropped);
    if (mapping.n_merged > 0)
      summary.genes += fmt::format(", {} are summed into another of the same name", mapping.n_merged);
    summary.notes.insert(summary.notes.end(), mapping.notes.begin(), mapping.notes.end());
  } catch (const Error& error) {
    summary.genes = error.what();
  }
}

std::string joined(const std::vector<std::string>& texts, int64_t n_all) {
  std::string text;
  for (const std::string& part : texts) text += (text.empty() ? "" : ", ") + part;
  return n_all > static_cast<int64_t>(texts.size()) ? text + ", ..." : text;
}

std::string quartile_line(const char* what, const std::array<double, 5>& q) {
  return fmt::format("  {:<16} {:.6g} | {:.6g} | {:.6g} | {:.6g} | {:.6g}\n", what, q[0], q[1], q[2], q[3], q[4]);
}

}  // namespace

DatasetSummary summarise_dataset(const DataConfig& config, const GeneConfig& genes, const PluginHost& host) {
  const OpenData data = open_data(config, host);
  DatasetSummary summary;
  summary.path = config.path.string();
  summary.loader = data.loader_name;
  summary.matrix = data.info.matrix;
  summary.n_cells = data.info.n_cells;
  summary.n_genes = data.info.n_genes;
  summary.other_matrices = data.info.other_matrices;
  summary.notes = data.info.notes;
  const CountCheck check = look_through(data, summary);
  summary.raw_counts = check.raw() && summary.n_nonzero > 0;
  summary.values = describe_values(check, data, config, host, summary);
  if (summary.n_genes > 0) add_naming(data, genes, summary);
  for (const Column& column : data.info.cells)
    summary.columns.push_back(
        std::visit([&](const auto& values) { return summarise(column.name, values); }, column.values));
  return summary;
}

std::string to_text(const DatasetSummary& s) {
  std::string text = fmt::format("{} (loader {})\n\n", s.path, s.loader);
  text += fmt::format("  {:<16} {}\n  {:<16} {}\n", "cells", s.n_cells, "genes", s.n_genes);
  text += fmt::format("  {:<16} {}\n  {:<16} {}\n", "matrix", s.matrix, "values", s.values);
  text += fmt::format("  {:<16} {:.3g} % of the matrix\n", "non-zero", 100 * s.density);
  text += quartile_line(s.raw_counts ? "counts per cell" : "sum per cell", s.counts_per_cell);
  text += quartile_line("genes per cell", s.genes_per_cell);
  text += "                   (minimum | quarter | median | three quarters | maximum)\n";
  if (s.n_empty_cells > 0) text += fmt::format("  {:<16} {} (no counts at all)\n", "empty cells", s.n_empty_cells);
  if (!s.other_matrices.empty()) text += fmt::format("  {:<16} {}\n", "other matrices", joined(s.other_matrices, 0));

  text += "\nColumns of the cells\n";
  if (s.columns.empty()) text += "  none\n";
  for (const ColumnSummary& column : s.columns) {
    const bool real = column.kind == "real numbers";
    text += fmt::format("  {:<24} {} {}: {}", column.name, column.n_distinct, column.kind,
                        joined(column.examples, real ? 0 : column.n_distinct));
    if (column.n_missing > 0) text += fmt::format(" ({} missing)", column.n_missing);
    text += '\n';
  }

  text += "\nNames of the genes\n";
  for (const NamingMatch& naming : s.naming)
    text += fmt::format("  {:<24} {}: {} of {} genes of {} found\n", naming.from,
                        naming.examples.empty() ? "empty" : joined(naming.examples, s.n_genes), naming.matched(),
                        s.n_space_genes, s.space);
  if (!s.genes.empty()) text += "  " + s.genes + (s.genes.ends_with('.') ? "\n" : ".\n");
  for (const std::string& note : s.notes) text += "\nNote: " + note + '\n';
  return text;
}

}  // namespace scprior::core
