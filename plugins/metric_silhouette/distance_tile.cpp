// SPDX-License-Identifier: Apache-2.0
#include "distance_tile.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "scprior/parallel.hpp"

namespace scprior {
namespace {

constexpr double least_left = 1e-6;

/// products -> distances, in place. Returns the number of distances that cancellation spoils.
SCPRIOR_MULTIVERSION int64_t distances(double* row, double square, const double* squares, int64_t n) {
  int64_t spoilt = 0;
#pragma omp simd reduction(+ : spoilt)
  for (int64_t c = 0; c < n; ++c) {
    const double whole = square + squares[c];
    const double left = whole - 2 * row[c];
    spoilt += left <= least_left * whole;
    row[c] = std::sqrt(left > 0 ? left : 0);
  }
  return spoilt;
}

/// Returns Σ row, and adds row to columns.
SCPRIOR_MULTIVERSION double add_up(const double* row, double* columns, int64_t n) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t c = 0; c < n; ++c) {
    sum += row[c];
    columns[c] += row[c];
  }
  return sum;
}

double exact_distance(const double* x, const double* y, int64_t dims) {
  double sum = 0;
  for (int64_t d = 0; d < dims; ++d) sum += (x[d] - y[d]) * (x[d] - y[d]);
  return std::sqrt(sum);
}

void mend(const DistanceTile& tile, int64_t r, double* row) {
  for (int64_t c = 0; c < tile.columns.n; ++c) {
    const double whole = tile.rows.squares[r] + tile.columns.squares[c];
    // The square of the root is within two roundings of what was rooted: twice the threshold misses none.
    if (row[c] * row[c] > 2 * least_left * whole) continue;
    row[c] = exact_distance(tile.rows.points + r * tile.dims, tile.columns.points + c * tile.dims, tile.dims);
  }
}

}  // namespace

void add_distances(const DistanceTile& tile) {
  std::vector<double> columns(tile.columns.n);
  for (int64_t rows = 0; rows < tile.rows.n_runs; ++rows) {
    std::fill(columns.begin(), columns.end(), 0.0);
    for (int64_t r = tile.rows.cuts[rows]; r < tile.rows.cuts[rows + 1]; ++r) {
      double* row = tile.products + r * tile.columns.n;
      if (distances(row, tile.rows.squares[r], tile.columns.squares, tile.columns.n)) mend(tile, r, row);
      for (int64_t run = 0; run < tile.columns.n_runs; ++run) {
        const int64_t first = tile.columns.cuts[run], n = tile.columns.cuts[run + 1] - first;
        tile.row_sums[r * tile.columns.n_runs + run] = add_up(row + first, columns.data() + first, n);
      }
    }
    if (!tile.column_sums) continue;
    for (int64_t c = 0; c < tile.columns.n; ++c)
      tile.column_sums[c * tile.n_groups + tile.rows.groups[rows]] += columns[c];
  }
}

}  // namespace scprior
