// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scprior/loader.hpp"

namespace scprior::core {

/// Brings blocks of a file's counts into a gene space: columns renumbered and ascending, genes that fall together
/// summed, zeros and genes outside the space left out. For one thread at a time.
class BlockMapper {
 public:
  /// to_space: [genes of the file], -1 = dropped. Kept by reference.
  BlockMapper(const std::vector<int32_t>& to_space, int64_t n_space_genes);

  /// False if a value is no raw count, or a sum is too large to be exact; the result is then not to be used.
  bool map(const CountBlock& block);

  std::span<const int64_t> row_ptr() const { return row_ptr_; }  // [rows + 1]
  std::span<const int32_t> columns() const { return {columns_.data(), static_cast<size_t>(row_ptr_.back())}; }
  std::span<const float> values() const { return {values_.data(), static_cast<size_t>(row_ptr_.back())}; }
  std::span<const double> row_sums() const { return row_sums_; }  // in the space
  double dropped() const { return dropped_; }                     // sum of what lies outside

 private:
  /// What the genes of the file become, those that are dropped aside.
  enum class Order { ascending, other, merging };
  static Order order_of(const std::vector<int32_t>& to_space, int64_t n_space_genes);

  int64_t filter_row(std::span<const int32_t> columns, const float* values, int64_t place);
  int64_t sort_row(std::span<const int32_t> columns, const float* values, int64_t place);

  const std::vector<int32_t>& to_space_;
  Order order_;
  std::vector<double> sums_;  // by gene; float would round 2^24 + 1 down to a count that looks exact
  std::vector<uint64_t> present_;  // bit by gene
  std::vector<int64_t> row_ptr_;
  std::vector<int32_t> columns_;
  std::vector<float> values_;
  std::vector<double> row_sums_;
  double dropped_ = 0;
};

}  // namespace scprior::core
