// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>

#include "number_array.hpp"
#include "scprior/loader.hpp"

namespace scprior::h5ad {

/// A matrix of the file, read by rows. Needs the File that it was made from.
class Matrix {
 public:
  virtual ~Matrix() = default;

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  /// The rows asked for, in that order. Rows are inside [0, rows()). Any number of threads may read, none within a
  /// Session.
  CountBlock read(std::span<const int64_t> rows) const;

 protected:
  /// Rows that ascend without repetition. Columns within a row may stand in any order, and repeat.
  virtual CountBlock read_ascending(std::span<const int64_t> rows) const = 0;

  Matrix(const File& file, std::string path) : file_(&file), path_(std::move(path)) {}
  const File* file_;
  std::string path_;
  int64_t rows_ = 0;
  int64_t columns_ = 0;
};

/// Opens a sparse or dense matrix in any of AnnData's encodings. Needs a Session.
/// Errors: Error{data} if it is none, or its parts do not fit together.
std::unique_ptr<Matrix> open_matrix(const File& file, const std::string& path);

std::unique_ptr<Matrix> open_csr(const File& file, const std::string& path);
std::unique_ptr<Matrix> open_csc(const File& file, const std::string& path);
std::unique_ptr<Matrix> open_dense(const File& file, const std::string& path);

/// The three arrays of a compressed sparse matrix.
struct Compressed {
  std::vector<int64_t> starts;  ///< of each row (CSR) or column (CSC), and the end
  NumberArray indices, values;
};

/// Opens and checks the arrays of a matrix with `n_lines` rows (CSR) or columns (CSC).
Compressed open_compressed(const File& file, const std::string& path, int64_t n_lines);

/// Rows and columns that a sparse matrix claims.
std::pair<int64_t, int64_t> sparse_shape(const File& file, const std::string& path);

/// "csr_matrix", "csc_matrix", or what else the group says it is.
std::string sparse_encoding(const File& file, const std::string& path);

}  // namespace scprior::h5ad
