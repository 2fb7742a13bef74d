// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace scprior {

/// Points along one side of a tile, and the runs of equal group among them.
struct TileSide {
  const double* points;   // [n, dims]
  const double* squares;  // [n] squared norms
  int64_t n;
  const int64_t* cuts;    // [runs + 1] run r is [cuts[r], cuts[r + 1])
  const int64_t* groups;  // [runs]
  int64_t n_runs;
};

struct DistanceTile {
  double* products;  // [rows.n, columns.n] scalar products; overwritten
  TileSide rows, columns;
  int64_t dims;
  double* row_sums;     // [rows.n, columns.n_runs] set to the sums over each run of columns
  double* column_sums;  // [columns.n, n_groups] added to: the sums over each group of rows; may be null
  int64_t n_groups;
};

/// Adds up the Euclidean distances of a tile, |x - y|² = |x|² + |y|² - 2 x·y. Where that cancels, so that less than a
/// millionth is left, the distance is computed from the differences instead. Elsewhere the rounding error of the
/// products, at most dims · 1e-16 of the norms, is at most dims · 1e-10 of the result, in practice far less.
void add_distances(const DistanceTile& tile);

}  // namespace scprior
