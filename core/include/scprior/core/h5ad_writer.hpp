// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scprior/loader.hpp"

namespace scprior::core {

/// A table of cells (obs) or genes (var).
struct H5adTable {
  std::vector<std::string> names;  ///< one per row; made "0", "1", ... by the caller where there are none
  std::vector<Column> columns;
};

/// What an .h5ad file is to hold.
struct H5adContents {
  H5adTable cells;  ///< obs, N rows
  H5adTable genes;  ///< var, G rows; may be empty where there is no matrix
  std::optional<CountBlock> matrix;                        ///< X [N, G]
  bool whole_numbers = false;                              ///< store its values as int32 instead of float32
  std::map<std::string, at::Tensor> embeddings;            ///< obsm: name -> [N, D] of any type, dense
  std::vector<std::pair<std::string, std::string>> texts;  ///< uns: name -> text, in order
};

/// Writes an AnnData file in the encoding of AnnData 0.8 and newer, which scanpy and scvi-tools read.
///
/// The file is written under another name in the same folder and takes its place at the end, so that nobody finds half
/// a file and an older one survives a failure. Takes twice the size of the file in memory. Missing categories (code -1)
/// and NaN stay missing. Without a matrix there is no X in the file, and anndata finds the shape from the tables.
///
/// Errors: Error{argument} contents that do not fit together, values that are not whole where whole numbers are asked
/// for; Error{io} with the path and the reason: no such folder, no permission, disk full.
SCPRIOR_API void write_h5ad(const std::filesystem::path& path, const H5adContents& contents);

}  // namespace scprior::core
