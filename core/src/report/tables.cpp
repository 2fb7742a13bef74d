// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>

#include "report/format.hpp"
#include "report/grouping.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

using Better = MetricValue::Better;

/// A column of a table: where its numbers come from, and how it is headed.
struct ColumnPlan {
  MetricKey key;
  std::string title, unit;
};

Better better_of(const std::vector<FitRecord>& records, const MetricKey& key) {
  for (const FitRecord& record : records)
    if (const MetricRecord* metric = find_metric(record, key)) return metric->better;
  return Better::neither;
}

/// No value, and nothing to say about why.
bool all_empty(const std::vector<TableCell>& cells) {
  return std::all_of(cells.begin(), cells.end(), [](const TableCell& c) { return c.n == 0 && c.note.empty(); });
}

/// Gives cells that share a unit their texts, with the same number of decimals.
void write_texts(const std::vector<TableCell*>& cells) {
  std::vector<double> values;
  for (const TableCell* cell : cells) values.insert(values.end(), {cell->mean, cell->sd});
  const int decimals = decimals_for(values);
  for (TableCell* cell : cells) {
    cell->text = cell->n == 0 ? "–" : format_number(cell->mean, decimals);
    if (cell->n > 0 && !std::isnan(cell->sd)) cell->text += " ± " + format_number(cell->sd, decimals);
  }
}

/// The number in front of "±", as it is read.
double printed_mean(const TableCell& cell) {
  return std::isfinite(cell.mean) ? std::stod(cell.text.substr(0, cell.text.find(' '))) : cell.mean;
}

/// Marks the best of the generative models, and autoencoders that are at least as good.
void mark_best(const std::vector<TableCell*>& cells, const std::vector<bool>& is_autoencoder, Better better) {
  if (better == Better::neither) return;
  const double sign = better == Better::higher ? 1 : -1;
  const auto score = [&](const TableCell& cell) { return sign * printed_mean(cell); };
  std::optional<double> best;
  for (size_t i = 0; i < cells.size(); ++i)
    if (!is_autoencoder[i] && cells[i]->n > 0) best = std::max(best.value_or(score(*cells[i])), score(*cells[i]));
  std::optional<double> best_of_all = best;
  for (const TableCell* cell : cells)
    if (cell->n > 0) best_of_all = std::max(best_of_all.value_or(score(*cell)), score(*cell));
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i]->n == 0) continue;
    if (is_autoencoder[i]) cells[i]->italic = score(*cells[i]) == *best_of_all;
    else cells[i]->bold = score(*cells[i]) == *best;
  }
}

/// Texts for a whole column; marks within each data set.
void finish_column(ResultTable& table, const std::vector<FitGroup>& groups, size_t column) {
  std::vector<TableCell*> all;
  for (TableRow& row : table.rows) all.push_back(&row.cells[column]);
  write_texts(all);
  for (size_t begin = 0, end = 0; begin < groups.size(); begin = end) {
    std::vector<bool> is_autoencoder;
    for (; end < groups.size() && groups[end].data == groups[begin].data; ++end)
      is_autoencoder.push_back(groups[end].is_autoencoder);
    mark_best({all.begin() + static_cast<ptrdiff_t>(begin), all.begin() + static_cast<ptrdiff_t>(end)}, is_autoencoder,
              table.columns[column].better);
  }
}

bool one_data_set(const std::vector<FitGroup>& groups) {
  return std::all_of(groups.begin(), groups.end(), [&](const FitGroup& g) { return g.data == groups.front().data; });
}

/// A row for each data set and model; a single data set is not named. Columns without any value are left out.
ResultTable model_rows(const std::vector<FitRecord>& records, const std::vector<ColumnPlan>& plans) {
  const std::vector<FitGroup> groups = grouped(records);
  ResultTable table;
  const bool named = !one_data_set(groups);
  table.label_titles = named ? std::vector<std::string>{"Data", "Model"} : std::vector<std::string>{"Model"};
  for (const FitGroup& group : groups)
    table.rows.push_back({named ? std::vector{group.data, group.model} : std::vector{group.model}, {}});
  for (const ColumnPlan& plan : plans) {
    std::vector<TableCell> cells;
    for (const FitGroup& group : groups) cells.push_back(summary(group, plan.key));
    if (all_empty(cells)) continue;
    for (size_t i = 0; i < groups.size(); ++i) table.rows[i].cells.push_back(std::move(cells[i]));
    table.columns.push_back({plan.title, plan.unit, better_of(records, plan.key)});
    finish_column(table, groups, table.columns.size() - 1);
  }
  return table;
}

std::string seeds_text(const std::vector<FitRecord>& records) {
  size_t most = 0, least = records.size();
  for (const FitGroup& group : grouped(records)) {
    most = std::max(most, group.fits.size());
    least = std::min(least, group.fits.size());
  }
  if (most <= 1) return "One seed.";
  const std::string count = least == most ? std::to_string(most) : concat(least, " to ", most);
  return "Mean ± standard deviation over " + count + " seeds.";
}

}  // namespace

std::vector<ResultTable> paper_tables(const std::vector<FitRecord>& records) {
  const std::string marks =
      " Bold: best generative model of the data set. Italic: the autoencoder, where it is at least as good.";
  std::vector<ResultTable> tables;
  tables.push_back(model_rows(records, {{{"active_units", ""}, "Active units", ""},
                                        {{"principal_components", ""}, "PCs for 95 %", ""}}));
  tables.back().title = "Table 1. Use of the latent space";
  tables.back().caption =
      "Active units: latent units that carry information about the cells. PCs for 95\u00a0%: principal components that "
      "hold 95\u00a0% of the latent variance; fewer mean a more compact "
      "embedding, not a better one. " + seeds_text(records) + marks;
  tables.push_back(model_rows(records, {{{"reconstruction_loss", ""}, "Reconstruction loss", "nats per test cell"},
                                        {{"silhouette", ""}, "ASW", "−1 to 1"}}));
  tables.back().title = "Table 2. Reconstruction and separation of the labels";
  tables.back().caption =
      "Reconstruction loss: how badly counts of cells not seen in training are predicted. ASW: average silhouette "
      "width, how well the labelled groups of cells are separated in the latent space. " + seeds_text(records) + marks;
  std::erase_if(tables, [](const ResultTable& table) { return table.columns.empty(); });
  return tables;
}

ResultTable training_table(const std::vector<FitRecord>& records) {
  std::vector<FitRecord> measured;
  for (const FitRecord& record : records) {
    std::vector<MetricRecord> values = training_values(record);
    for (MetricRecord& value : values) {
      if (value.name == "peak_memory_bytes") value.value /= 1e9;
      if (value.name == "kl_share_of_loss") value.value *= 100;
    }
    measured.push_back(light_copy(record, std::move(values)));
  }
  ResultTable table = model_rows(measured, {{{"training", "seconds"}, "Time", "s"},
                                            {{"training", "cells_per_second"}, "Speed", "cells/s"},
                                            {{"training", "epochs"}, "Epochs", ""},
                                            {{"training", "best_epoch"}, "Best epoch", ""},
                                            {{"training", "peak_memory_bytes"}, "Memory", "peak, GB"},
                                            {{"training", "kl_at_best_epoch"}, "KL term", "nats per cell"},
                                            {{"training", "kl_share_of_loss"}, "KL share", "% of loss"}});
  table.title = "Time and convergence";
  table.caption =
      "Best epoch: the one with the lowest validation loss, whose weights were kept. KL term: what the prior costs at "
      "that epoch, and its share of the training loss. " + seeds_text(records);
  return table;
}

std::vector<ResultTable> metric_tables(const std::vector<FitRecord>& records) {
  const std::vector<FitGroup> groups = grouped(records);
  std::vector<ResultTable> tables;
  for (size_t begin = 0, end = 0; begin < groups.size(); begin = end) {
    ResultTable table;
    table.title = "All metrics: " + groups[begin].data;
    table.caption = seeds_text(records);
    table.label_titles = {"Metric", "Better"};
    std::vector<bool> is_autoencoder;
    for (; end < groups.size() && groups[end].data == groups[begin].data; ++end) {
      table.columns.push_back({groups[end].model, "", Better::neither});
      is_autoencoder.push_back(groups[end].is_autoencoder);
    }
    for (const MetricKey& key : metric_keys(records)) {
      const Better better = better_of(records, key);
      const char* wanted = better == Better::neither ? "" : better == Better::higher ? "higher" : "lower";
      TableRow row{{full_name(key.first, key.second), wanted}, {}};
      for (size_t i = begin; i < end; ++i) row.cells.push_back(summary(groups[i], key));
      if (all_empty(row.cells)) continue;
      std::vector<TableCell*> cells;
      for (TableCell& cell : row.cells) cells.push_back(&cell);
      write_texts(cells);
      mark_best(cells, is_autoencoder, better);
      table.rows.push_back(std::move(row));
    }
    if (!table.rows.empty()) tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace scprior::core
