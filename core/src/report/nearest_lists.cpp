// SPDX-License-Identifier: Apache-2.0
#include "report/nearest_lists.hpp"

#include <algorithm>
#include <limits>

#include "scprior/parallel.hpp"

namespace scprior::core {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int64_t columns_at_once = 64;  // most such runs hold no cell that is near enough

bool before(const NearestLists::Near& a, const NearestLists::Near& b) {
  return a.square < b.square || (a.square == b.square && a.cell < b.cell);
}

/// The few of a run that are near enough.
[[gnu::noinline]] void offer_run(const double* squares, int64_t row, int64_t first_column, int64_t n,
                                 NearestLists& lists) {
  for (int64_t c = 0; c < n; ++c) {
    const int64_t column = first_column + c;
    if (squares[c] <= lists.bounds()[row]) lists.offer(row, column, squares[c]);
    if (squares[c] <= lists.bounds()[column]) lists.offer(column, row, squares[c]);
  }
}

}  // namespace

NearestLists::NearestLists(int64_t n_cells, int64_t k)
    : k_(k), lists_(n_cells * k, {infinity, std::numeric_limits<int32_t>::max()}), bounds_(n_cells, infinity) {}

void NearestLists::offer(int64_t cell, int64_t other, double square) {
  const Near offered{square, static_cast<int32_t>(other)};
  Near *const list = lists_.data() + cell * k_, *place = list + k_ - 1;
  if (!before(offered, *place)) return;
  for (; place > list && before(offered, place[-1]); --place) *place = place[-1];
  *place = offered;
  bounds_[cell] = list[k_ - 1].square;
}

SCPRIOR_MULTIVERSION void offer_tile(const ProductTile& tile, NearestLists& lists) {
  const bool same_block = tile.first_row == tile.first_column;
  for (int64_t r = 0; r < tile.n_rows; ++r) {
    const int64_t row = tile.first_row + r;
    const double square = tile.squares[row];
    for (int64_t first = same_block ? r + 1 : 0; first < tile.n_columns; first += columns_at_once) {
      const int64_t n = std::min(columns_at_once, tile.n_columns - first), column = tile.first_column + first;
      double* const products = tile.products + r * tile.n_columns + first;
      const double *squares = tile.squares + column, *bounds = lists.bounds() + column;
      const double bound = lists.bounds()[row];
      int64_t near = 0;
#pragma omp simd reduction(+ : near)
      for (int64_t c = 0; c < n; ++c) {
        const double left = square + squares[c] - 2 * products[c];
        products[c] = left > 0 ? left : 0;
        near += products[c] <= (bounds[c] > bound ? bounds[c] : bound);
      }
      if (near) offer_run(products, row, column, n, lists);
    }
  }
}

SCPRIOR_MULTIVERSION float squared_distance(const float* x, const float* y, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sum;
}

}  // namespace scprior::core
