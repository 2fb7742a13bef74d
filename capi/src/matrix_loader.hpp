// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior.h"
#include "scprior/loader.hpp"

namespace scprior::capi {

/// The counts of a caller's matrix as a loader, so that they take the same way as those of a file.
///
/// Row pointers are copied always, genes and values unless the caller lends them (SCPRIOR_BORROW).
/// Errors: Error{argument} of sizes, types, pointers, strides and indices that do not fit together; Error{data} of
/// values that are no counts. A text names cell and gene, from 1.
class MatrixLoader final : public Loader {
 public:
  explicit MatrixLoader(const scprior_matrix& matrix);
  ~MatrixLoader() override;

  bool recognises(const std::string&) const noexcept override { return false; }
  DatasetInfo open(const std::string& path) override;
  CountBlock read(std::span<const int64_t> rows) const override;

  /// From now on the caller's release function is called when this object ends.
  void take_over() { release_ = matrix_.flags & SCPRIOR_BORROW ? matrix_.release : nullptr; }

 private:
  void append_sparse(int64_t cell, CountBlock& block) const;
  void append_dense(int64_t cell, CountBlock& block) const;
  void append(int64_t cell, CountBlock& block) const;

  scprior_matrix matrix_;
  std::vector<int64_t> row_ptr_;  // sparse, from 0
  std::vector<int32_t> columns_;  // copied, ascending within a cell
  std::vector<float> values_;     // copied
  void (*release_)(void*) = nullptr;
};

}  // namespace scprior::capi
