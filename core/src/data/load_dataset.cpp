// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "data/gene_mapping.hpp"
#include "data/open_data.hpp"
#include "data/read_counts.hpp"
#include "scprior/core/dataset.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

constexpr const char* other_space =
    "Way out: genes.space = \"dataset\" (--set genes.space=dataset) takes the genes of the file; a list of genes can "
    "be given as genes.space too.";

void need_content(const DatasetInfo& info) {
  if (info.n_cells == 0) fail(Status::data, "the file has no cells");
  if (info.n_genes == 0) fail(Status::data, "the file has no genes");
}

/// Other names of the genes are not looked at where the user told the loader which column names them.
DatasetInfo names_to_match(const DataConfig& config, const DatasetInfo& info) {
  DatasetInfo names;
  names.gene_names = info.gene_names;
  const auto& options = config.loader.options.values();
  const auto column = options.find("gene_column");
  const bool named = column != options.end() && column->second != OptionValue(std::string());
  if (!named) names.genes = info.genes;
  return names;
}

Dataset map_dataset(const DataConfig& config, OpenData data, GeneSpace space, const std::string& way_out,
                    const PluginHost& host) {
  const GeneMapping mapping = map_genes(names_to_match(config, data.info), space, way_out);
  Dataset result;
  DataReport& report = result.report;
  report.matrix = data.info.matrix;
  report.n_cells = data.info.n_cells;
  report.n_file_genes = data.info.n_genes;
  report.n_space_genes = static_cast<int64_t>(space.genes.size());
  report.n_matched_genes = mapping.n_matched;
  report.n_dropped_genes = mapping.n_dropped;
  report.n_merged_genes = mapping.n_merged;
  report.gene_names_from = mapping.names_from;
  report.notes = data.info.notes;
  report.notes.insert(report.notes.end(), mapping.notes.begin(), mapping.notes.end());
  result.cells =
      read_counts(data, mapping, report.n_space_genes, [&] { return other_matrices_text(data, config, host); }, report);
  result.config = config;
  result.info = std::move(data.info);
  result.space = std::move(space);
  return result;
}

/// Puts the file in front of what `body` throws.
template <class Body>
auto with_path(const DataConfig& config, Body body) {
  try {
    return body();
  } catch (const Error& error) {
    const std::string path = config.path.empty() ? config.name : config.path.string(), text = error.what();
    if (text.find(path) != std::string::npos) throw;
    fail(error.status(), path, ": ", text);
  }
}

void need_usable(const DataConfig& config, const OpenData& data) {
  need_content(data.info);
  for (const std::string& column : {config.label, config.batch})
    if (!column.empty()) labels_of(data.info, column);
}

OpenData open_checked(const DataConfig& config, const PluginHost& host) {
  OpenData data = open_data(config, host);
  need_usable(config, data);
  return data;
}

constexpr const char* trained_space =
    "A model reads only genes that it was trained with, under the names in its genes.tsv.";

}  // namespace

Dataset load_dataset(const DataConfig& config, const GeneConfig& genes, const PluginHost& host) {
  return with_path(config, [&] {
    OpenData data = open_checked(config, host);
    GeneSpace space = load_gene_space(genes, data.info);
    return map_dataset(config, std::move(data), std::move(space), other_space, host);
  });
}

void check_dataset(const DataConfig& config, const GeneConfig& genes, const PluginHost& host) {
  with_path(config, [&] {
    const OpenData data = open_checked(config, host);
    map_genes(names_to_match(config, data.info), load_gene_space(genes, data.info), other_space);
  });
}

Dataset load_dataset(const DataConfig& config, const GeneSpace& space, const PluginHost& host) {
  return with_path(config, [&] {
    return map_dataset(config, open_checked(config, host), space, trained_space, host);
  });
}

Dataset load_dataset(const DataConfig& config, OpenData data, const GeneConfig& genes, const PluginHost& host) {
  return with_path(config, [&] {
    need_usable(config, data);
    GeneSpace space = load_gene_space(genes, data.info);
    return map_dataset(config, std::move(data), std::move(space), other_space, host);
  });
}

Dataset load_dataset(const DataConfig& config, OpenData data, const GeneSpace& space, const PluginHost& host) {
  return with_path(config, [&] {
    need_usable(config, data);
    return map_dataset(config, std::move(data), space, trained_space, host);
  });
}

std::string describe_dataset(const Dataset& data) {
  const DataReport& report = data.report;
  std::string text =
      fmt::format("{}: {} cell{}, {:.6g} counts ({}), median {:.6g} per cell, {:.3g} % of the matrix non-zero\n",
                  data.config.path.empty() ? data.config.name : data.config.path.filename().string(), report.n_cells,
                  report.n_cells == 1 ? "" : "s",
                  report.total_counts, report.matrix, report.median_counts, 100 * report.density);
  text += fmt::format("  genes: {} of the {} of {} found by {}", report.n_matched_genes, report.n_space_genes,
                      data.space.name, report.gene_names_from == "index" ? "name" : "column " + report.gene_names_from);
  if (report.n_matched_genes < report.n_space_genes) text += ", the others are zeros";
  if (report.n_dropped_genes > 0)
    text += fmt::format("; {} of the file's {} are outside and dropped, with {:.3g} % of the counts",
                        report.n_dropped_genes, report.n_file_genes, 100 * report.dropped_count_share);
  if (report.n_merged_genes > 0)
    text += fmt::format("; {} summed into another of the same name or id", report.n_merged_genes);
  text += '\n';
  if (report.n_empty_cells > 0)
    text += fmt::format("  {} cell{} no counts\n", report.n_empty_cells, report.n_empty_cells == 1 ? " has" : "s have");
  for (const std::string& note : report.notes) text += "  note: " + note + '\n';
  text.pop_back();
  return text;
}

}  // namespace scprior::core
