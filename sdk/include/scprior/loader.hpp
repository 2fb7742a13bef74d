// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "scprior/component.hpp"

namespace scprior {

/// A column of categories: codes[i] indexes names; -1 = missing.
struct Categories {
  std::vector<int32_t> codes;
  std::vector<std::string> names;
};

/// A column of a table of cells or genes. Numbers: NaN = missing.
struct Column {
  std::string name;
  std::variant<Categories, std::vector<double>, std::vector<int64_t>, std::vector<bool>, std::vector<std::string>>
      values;
};

/// What a data set holds beside its counts.
struct DatasetInfo {
  int64_t n_cells = 0;
  int64_t n_genes = 0;
  std::vector<std::string> cell_names;  ///< [N]
  std::vector<std::string> gene_names;  ///< [G], the index of the gene table or the column the user named
  std::vector<Column> cells;            ///< obs
  std::vector<Column> genes;            ///< var, text columns only: other identifiers of the genes
  std::string matrix;                   ///< what read() reads, as users know it: "X", "layers/counts", "raw/X"
  std::vector<std::string> other_matrices;  ///< what else could be read, for messages
  std::vector<std::string> notes;           ///< what was left aside ("column obs/x has an unknown encoding")
};

/// Rows of counts as they stand in the file. Columns ascend within a row, without repetition; zeros may be stored.
struct CountBlock {
  std::vector<int64_t> row_ptr;  ///< [rows + 1], starts at 0
  std::vector<int32_t> columns;  ///< [nnz]
  std::vector<float> values;     ///< [nnz]; exact for whole numbers up to 2^24
};

/// Reads one kind of file. No shuffling, no random state.
class SCPRIOR_API Loader : public Component {
 public:
  ~Loader() override;

  /// True if the file looks like one of this loader's; used when the user names no loader. Never throws.
  virtual bool recognises(const std::string& path) const noexcept = 0;
  /// Opens the file and describes it. Called once.
  /// Errors: Error{io} missing, unreadable or damaged file; Error{data} contents that are not what the options say.
  virtual DatasetInfo open(const std::string& path) = 0;
  /// The counts of `rows` (any order, repetitions allowed), in that order. Thread-safe after open.
  /// Errors: Error{argument} row out of range; Error{io} damaged file; Error{data} value not representable.
  virtual CountBlock read(std::span<const int64_t> rows) const = 0;
};

}  // namespace scprior
