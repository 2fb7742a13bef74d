// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scprior/loader.hpp"

namespace scprior::core {

/// Brings blocks of a file's counts into a gene space: columns renumbered and ascending, genes that fall together
/// summed, zeros and genes outside the space left out.
class BlockMapper {
 public:
  /// to_space: [genes of the file], -1 = dropped. Kept by reference.
  BlockMapper(const std::vector<int32_t>& to_space, int64_t n_space_genes);

  /// False if a value is no raw count, or a sum is too large to be exact; the result is then not to be used.
  bool map(const CountBlock& block);

  std::span<const int64_t> row_ptr() const { return row_ptr_; }  // [rows + 1]
  std::span<const int32_t> columns() const { return {columns_.data(), static_cast<size_t>(row_ptr_.back())}; }
  std::span<const float> values() const { return {values_.data(), static_cast<size_t>(row_ptr_.back())}; }
  std::span<const double> row_sums() const { return row_sums_; }          // in the space
  std::span<const double> dropped_sums() const { return dropped_sums_; }  // outside

 private:
  struct Workspace;
  bool map_row(const CountBlock& block, int64_t row, Workspace& work);

  const std::vector<int32_t>& to_space_;
  int64_t n_space_genes_;
  std::vector<int64_t> row_ptr_, lengths_;
  std::vector<int32_t> columns_;
  std::vector<float> values_;
  std::vector<double> row_sums_, dropped_sums_;
};

}  // namespace scprior::core
