// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scprior/cell_batch.hpp"
#include "scprior/core/config.hpp"
#include "scprior/core/gene_space.hpp"
#include "scprior/core/plugin_host.hpp"
#include "scprior/loader.hpp"
#include "scprior/metric.hpp"

namespace scprior::core {

/// Cells that can be read block by block. Nothing may assume that all cells are in memory, except MemorySource itself.
class SCPRIOR_API CellSource {
 public:
  virtual ~CellSource();
  virtual int64_t n_cells() const = 0;
  virtual int64_t n_genes() const = 0;
  /// The counts of `rows` (any order) as a sparse float matrix [rows, G] in the model's gene order. Thread-safe.
  virtual CountMatrix read(std::span<const int64_t> rows) const = 0;
};

/// What became of the data set's genes and cells on the way into the model's gene space.
struct DataReport {
  std::string matrix;  ///< what was read: "X", "layers/counts", ...
  int64_t n_cells = 0;
  int64_t n_file_genes = 0;        ///< genes in the file
  int64_t n_space_genes = 0;       ///< G of the gene space
  int64_t n_matched_genes = 0;     ///< genes of the space that the file has
  int64_t n_dropped_genes = 0;     ///< genes of the file outside the space
  int64_t n_merged_genes = 0;      ///< genes of the file summed into another of the same name or id
  int64_t n_empty_cells = 0;       ///< cells without a count in the space
  double dropped_count_share = 0;  ///< share of all counts that lay on dropped genes
  double total_counts = 0;         ///< in the space
  double median_counts = 0;        ///< per cell, in the space
  double density = 0;              ///< non-zero share of the [N, G] matrix
  std::string gene_names_from;     ///< "index" or the column whose names matched best
  std::vector<std::string> notes;  ///< sentences for the user (from the loader and the mapping)
};

/// A data set ready for a model: counts in its gene space, and the tables of the file.
struct Dataset {
  DataConfig config;
  DatasetInfo info;  ///< tables of cells and genes as the loader gave them
  GeneSpace space;
  DataReport report;
  std::shared_ptr<const CellSource> cells;
};

/// Name of the loader that takes a file as one of its own, or "". Loaders that need options are not asked.
SCPRIOR_API std::string recognising_loader(const std::filesystem::path& path, const PluginHost& host);

/// Name of the loader that recognises a file; loaders are asked in the order of their names.
/// Errors: Error{io} there is no such file, or it is empty; Error{data} no loader recognises it, naming those there
/// are.
SCPRIOR_API std::string recognise_loader(const std::filesystem::path& path, const PluginHost& host);

/// Counts that a loader has opened, with what it says of them.
struct OpenData {
  std::shared_ptr<const Loader> loader;
  std::string loader_name;
  DatasetInfo info;
};

/// Opens with the configured loader, or with the one that recognises the file, and checks what it says of the file.
/// Errors: Error{io, data, config} as load_dataset; Error{plugin} the loader contradicts itself.
SCPRIOR_API OpenData open_data(const DataConfig& config, const PluginHost& host);

/// Opens a file, checks that it holds raw counts, and maps its genes into `space`.
/// Errors: Error{io, data}: missing or damaged file; not raw counts (normalised, negative, NaN), with what other
/// matrices the file offers; no gene in common; no cell; unknown label or batch column, naming the columns there are.
SCPRIOR_API Dataset load_dataset(const DataConfig& config, const GeneConfig& genes, const PluginHost& host);

/// The checks of load_dataset that need no counts, without reading any.
SCPRIOR_API void check_dataset(const DataConfig& config, const GeneConfig& genes, const PluginHost& host);

/// As load_dataset, into the genes of a trained model.
SCPRIOR_API Dataset load_dataset(const DataConfig& config, const GeneSpace& space, const PluginHost& host);

/// As load_dataset, of what is open already. config.path "" = data without a file, named by config.name.
SCPRIOR_API Dataset load_dataset(const DataConfig& config, OpenData data, const GeneConfig& genes,
                                 const PluginHost& host);
SCPRIOR_API Dataset load_dataset(const DataConfig& config, OpenData data, const GeneSpace& space,
                                 const PluginHost& host);

/// What became of the data set on the way into the gene space, in a few lines of text for the user; no line break at
/// the end.
SCPRIOR_API std::string describe_dataset(const Dataset& data);

/// Rows of a data set by use. Each ascends; together they are all cells.
struct Split {
  std::vector<int64_t> train, validation, test;
};

/// Draws the split. Shares are of all cells: round(test * N) test and round(validation * N) validation cells; with a
/// group column, whole groups are drawn until the share is reached (cells without a group are one group more). The same
/// seed gives the same split on every machine.
/// Errors: Error{data} if a part with a share above 0 would be empty, or fewer than 2 training cells would be left;
/// Error{config} shares outside [0, 1) or that leave nothing, unknown group column.
SCPRIOR_API Split split_cells(const Dataset& data, const SplitConfig& config, int64_t fit_seed);

/// The values of an obs column as labels. Categories keep their order, texts, truth values and whole numbers are
/// sorted; only values that occur are labels. Missing: no category, an empty text, NaN. Errors: Error{data} unknown
/// column (names the nearest and all), a column of real numbers, nothing but missing values.
SCPRIOR_API Labels labels_of(const DatasetInfo& info, const std::string& column);

}  // namespace scprior::core
