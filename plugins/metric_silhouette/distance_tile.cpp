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
SCPRIOR_INLINE int64_t distances(double* row, double square, const double* squares, int64_t n) {
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

SCPRIOR_INLINE double sum_of(const double* row, int64_t n) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t c = 0; c < n; ++c) sum += row[c];
  return sum;
}

SCPRIOR_INLINE void add(const double* row, double* columns, int64_t n) {
#pragma omp simd
  for (int64_t c = 0; c < n; ++c) columns[c] += row[c];
}

double exact_distance(const double* x, const double* y, int64_t dims) {
  double sum = 0;
  for (int64_t d = 0; d < dims; ++d) sum += (x[d] - y[d]) * (x[d] - y[d]);
  return std::sqrt(sum);
}

[[gnu::noinline]] void mend(const DistanceTile& tile, int64_t r, double* row) {
  for (int64_t c = 0; c < tile.columns.n; ++c) {
    const double whole = tile.rows.squares[r] + tile.columns.squares[c];
    // The square of the root is within two roundings of what was rooted: twice the threshold misses none.
    if (row[c] * row[c] > 2 * least_left * whole) continue;
    row[c] = exact_distance(tile.rows.points + r * tile.dims, tile.columns.points + c * tile.dims, tile.dims);
  }
}

}  // namespace

SCPRIOR_MULTIVERSION void add_distances(const DistanceTile& tile) {
  const int64_t n = tile.columns.n;
  std::vector<double> columns(tile.column_sums ? n : 0);
  for (int64_t run = 0; run < tile.rows.n_runs; ++run) {
    std::fill(columns.begin(), columns.end(), 0.0);
    for (int64_t r = tile.rows.cuts[run]; r < tile.rows.cuts[run + 1]; ++r) {
      double *row = tile.products + r * n, *sums = tile.row_sums + r * tile.columns.n_runs;
      if (distances(row, tile.rows.squares[r], tile.columns.squares, n)) mend(tile, r, row);
      for (int64_t c = 0; c < tile.columns.n_runs; ++c)
        sums[c] = sum_of(row + tile.columns.cuts[c], tile.columns.cuts[c + 1] - tile.columns.cuts[c]);
      if (tile.column_sums) add(row, columns.data(), n);
    }
    if (!tile.column_sums) continue;
    for (int64_t c = 0; c < n; ++c) tile.column_sums[c * tile.n_groups + tile.rows.groups[run]] += columns[c];
  }
}

}  // namespace scprior
