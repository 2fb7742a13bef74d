// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace scprior::core {

/// The nearest cells found so far, for each cell. What they are in the end does not depend on the order of the offers.
class NearestLists {
 public:
  struct Near {
    double square;  ///< squared distance
    int32_t cell;
  };

  NearestLists(int64_t n_cells, int64_t k);

  /// [k] nearest first.
  const Near* of(int64_t cell) const { return lists_.data() + cell * k_; }
  /// [N] squared distances beyond which an offer is refused: infinite until the list is full.
  const double* bounds() const { return bounds_.data(); }

  void offer(int64_t cell, int64_t other, double square);

 private:
  int64_t k_;
  std::vector<Near> lists_;  // [N, k]
  std::vector<double> bounds_;
};

/// Two blocks of cells.
struct ProductTile {
  double* products;  ///< [n_rows, n_columns] scalar products; overwritten
  int64_t first_row, n_rows;
  int64_t first_column, n_columns;
  const double* squares;  ///< [N] squared norms of all cells
};

/// Offers the cells of two blocks, or of one block that stands on both sides, to each other: |x - y|² = |x|² + |y|² -
/// 2 x·y.
void offer_tile(const ProductTile& tile, NearestLists& lists);

/// Σ (x - y)².
float squared_distance(const float* x, const float* y, int64_t n);

}  // namespace scprior::core
