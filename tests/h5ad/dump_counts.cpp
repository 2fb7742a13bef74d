// SPDX-License-Identifier: Apache-2.0
// Reads requests {"path": ..., "options": {...}} from standard input, one a line, and answers each with one line of
// JSON: what the h5ad loader says of the file, and sums of its counts.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "h5ad.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using nlohmann::json;

namespace {

constexpr int64_t rows_at_once = 200;

OptionValue option_of(const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  return value.get<std::string>();
}

/// NaN has no place in JSON; null stands for it.
json values_of(const Column& column) {
  if (const auto* categories = std::get_if<Categories>(&column.values))
    return {{"codes", categories->codes}, {"names", categories->names}};
  return std::visit(
      [](const auto& values) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, Categories>)
          return nullptr;
        else
          return values;
      },
      column.values);
}

json table_of(const std::vector<Column>& columns) {
  json table = json::array();
  static const char* const types[] = {"categories", "real", "whole", "boolean", "text"};
  for (const Column& column : columns)
    table.push_back({{"name", column.name}, {"type", types[column.values.index()]}, {"values", values_of(column)}});
  return table;
}

struct Sums {
  std::vector<double> rows, weighted_rows, columns;
  std::vector<int64_t> entries;  ///< per row, without stored zeros
};

void add(const CountBlock& block, Sums& sums) {
  for (size_t row = 0; row + 1 < block.row_ptr.size(); ++row) {
    double sum = 0, weighted = 0;
    int64_t entries = 0;
    for (int64_t entry = block.row_ptr[row]; entry < block.row_ptr[row + 1]; ++entry) {
      const double value = block.values[entry];
      sum += value;
      weighted += value * (block.columns[entry] % 1009 + 1);
      sums.columns[block.columns[entry]] += value;
      entries += value != 0;
    }
    sums.rows.push_back(sum);
    sums.weighted_rows.push_back(weighted);
    sums.entries.push_back(entries);
  }
}

/// Rows in no order, some twice, must be what the rows read in order are.
bool same_in_any_order(const Loader& loader, const Sums& in_order, int64_t n_cells, int64_t n_genes) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < std::min<int64_t>(n_cells, 150); ++i) rows.push_back(i * 7919 % n_cells);
  if (!rows.empty()) rows.push_back(rows.front());
  Sums sums;
  sums.columns.resize(static_cast<size_t>(n_genes));
  add(loader.read(rows), sums);
  for (size_t i = 0; i < rows.size(); ++i)
    if (sums.weighted_rows[i] != in_order.weighted_rows[rows[i]] || sums.entries[i] != in_order.entries[rows[i]])
      return false;
  return sums.rows.size() == rows.size();
}

json answer(const json& request) {
  std::map<std::string, OptionValue> given;
  if (request.contains("options"))
    for (const auto& [name, value] : request["options"].items()) given[name] = option_of(value);
  h5ad::H5adLoader loader(Options::resolve(h5ad::H5adLoader::options(), given));
  const DatasetInfo info = loader.open(request.at("path"));
  Sums sums;
  sums.columns.resize(static_cast<size_t>(info.n_genes));
  for (int64_t start = 0; start < info.n_cells; start += rows_at_once) {
    std::vector<int64_t> rows(static_cast<size_t>(std::min(rows_at_once, info.n_cells - start)));
    std::iota(rows.begin(), rows.end(), start);
    add(loader.read(rows), sums);
  }
  return {{"matrix", info.matrix},
          {"others", info.other_matrices},
          {"notes", info.notes},
          {"cell_names", info.cell_names},
          {"gene_names", info.gene_names},
          {"obs", table_of(info.cells)},
          {"var", table_of(info.genes)},
          {"row_sums", sums.rows},
          {"weighted_row_sums", sums.weighted_rows},
          {"row_entries", sums.entries},
          {"column_sums", sums.columns},
          {"any_order", same_in_any_order(loader, sums, info.n_cells, info.n_genes)}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << answer(json::parse(line)) << std::endl;
    } catch (const std::exception& error) {
      std::cout << json{{"error", error.what()}} << std::endl;
    }
  }
}
