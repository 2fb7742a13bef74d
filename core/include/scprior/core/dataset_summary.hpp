// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "scprior/core/config.hpp"
#include "scprior/core/plugin_host.hpp"
#include "scprior/loader.hpp"

namespace scprior::core {

/// How one way of naming a file's genes fits a gene space.
struct NamingMatch {
  std::string from;       ///< "index", or a column of the gene table
  int64_t by_id = 0;      ///< genes of the space found by their id
  int64_t by_symbol = 0;  ///< and by their symbol only
  std::vector<std::string> examples;
  int64_t matched() const { return by_id + by_symbol; }
};

/// A column of the table of cells.
struct ColumnSummary {
  std::string name;
  std::string kind;  ///< "categories", "texts", "whole numbers", "real numbers", "true or false"
  int64_t n_distinct = 0, n_missing = 0;
  std::vector<std::string> examples;  ///< first values, in order
};

/// What a file holds, for `scprior info`. Never fails because of what the counts are.
struct DatasetSummary {
  std::string path, loader, matrix;
  int64_t n_cells = 0, n_genes = 0, n_nonzero = 0, n_empty_cells = 0;
  double density = 0;
  std::array<double, 5> counts_per_cell{}, genes_per_cell{};  ///< minimum, quartiles, maximum
  bool raw_counts = false;
  std::string values;  ///< what the values are, and what to do if they are not raw counts
  std::string space;   ///< gene space of `naming`, and its size
  int64_t n_space_genes = 0;
  std::vector<NamingMatch> naming;  ///< "index" first
  std::string genes;                ///< what the naming means for the user
  std::vector<ColumnSummary> columns;
  std::vector<std::string> other_matrices, notes;
};

/// Reads the whole file once. Errors: Error{io, data, config}: the file cannot be opened or read.
SCPRIOR_API DatasetSummary summarise_dataset(const DataConfig& config, const GeneConfig& genes, const PluginHost& host);

/// The text that `scprior info` prints.
SCPRIOR_API std::string to_text(const DatasetSummary& summary);

}  // namespace scprior::core
