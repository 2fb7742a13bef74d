// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scprior/core/config.hpp"
#include "scprior/loader.hpp"

namespace scprior::core {

/// One gene of a model's input.
struct Gene {
  std::string id;      ///< Ensembl id, or the data set's own name
  std::string symbol;  ///< "" = unknown
};

/// An ordered list of genes that models are trained on. Ids are distinct; symbols need not be.
struct GeneSpace {
  std::string name;  ///< "GRCh38.97.protein_coding", "dataset", or the file's path
  std::vector<Gene> genes;
};

/// The spaces that this installation knows by name, "dataset" first.
SCPRIOR_API std::vector<std::string> known_gene_spaces();

/// The space that `config` names: a shipped table; "dataset", the distinct gene names of `info` in their order; or a
/// file with one gene per line, or with columns (tab or comma) of ids and symbols, with or without a header, .gz or
/// not. Errors: Error{config} a name that is neither known nor a file, a list without genes or with a gene twice;
/// Error{io} an unreadable file; Error{data} a data set without gene names.
SCPRIOR_API GeneSpace load_gene_space(const GeneConfig& config, const DatasetInfo& info);

/// Writes and reads the genes.tsv of a model folder: a header line, then `id` and `symbol` of each gene, in order.
/// Errors: Error{io} the file cannot be written, is missing, or is damaged.
SCPRIOR_API void write_genes(const std::filesystem::path& file, const GeneSpace& space);
SCPRIOR_API GeneSpace read_genes(const std::filesystem::path& file, const std::string& name);

}  // namespace scprior::core
