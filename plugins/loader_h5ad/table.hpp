// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "file.hpp"
#include "scprior/loader.hpp"

namespace scprior::h5ad {

/// A table of cells or genes.
struct Table {
  std::string index;               ///< how the file calls the column of names: "_index", "gene_id", ...
  std::vector<std::string> names;  ///< one per row
  std::vector<Column> columns;
};

/// Reads a data frame in any of the encodings of AnnData 0.6 to 0.12. A column in an encoding unknown here is left out
/// and reported in `notes`.
/// Errors: Error{data} if there is no such table, or a column does not have one value per row; Error{io} if damaged.
Table read_table(const File& file, const std::string& path, std::vector<std::string>& notes);

/// The column's values as texts; missing ones are "".
std::vector<std::string> texts_of(Column column);

/// True for text and for categories.
bool is_text(const Column& column);

}  // namespace scprior::h5ad
