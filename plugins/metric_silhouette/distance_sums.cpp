// SPDX-License-Identifier: Apache-2.0
#include "distance_sums.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "distance_tile.hpp"
#include "scprior/parallel.hpp"

namespace scprior {
namespace {

constexpr int64_t side = 512;  // points per tile: its distances, 2 MiB, stay in the cache

/// Points [first, last), cut where the group changes: run r is [cuts[r], cuts[r + 1]) of them, and of group groups[r].
struct Block {
  int64_t first, last;
  std::vector<int64_t> cuts, groups;
};

std::vector<Block> blocks_of(int64_t n, const std::vector<int64_t>& starts) {
  std::vector<Block> blocks;
  for (int64_t first = 0; first < n; first += side) {
    Block block{first, std::min(first + side, n), {}, {}};
    for (size_t g = 0; g + 1 < starts.size(); ++g) {
      const int64_t from = std::max(starts[g], block.first), to = std::min(starts[g + 1], block.last);
      if (from >= to) continue;
      block.cuts.push_back(from - first);
      block.groups.push_back(static_cast<int64_t>(g));
    }
    block.cuts.push_back(block.last - first);
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace

at::Tensor distance_sums(const at::Tensor& points, const std::vector<int64_t>& starts) {
  const int64_t n = points.size(0), dims = points.size(1), n_groups = static_cast<int64_t>(starts.size()) - 1;
  const at::Tensor x = (points - points.mean(0)).contiguous();  // near the origin, products lose least
  const at::Tensor squares = x.square().sum(1);                 // [N]
  const at::Tensor sums = at::zeros({n, n_groups}, at::kDouble);
  const double *x_data = x.const_data_ptr<double>(), *squares_data = squares.const_data_ptr<double>();
  double* sums_data = sums.mutable_data_ptr<double>();
  const std::vector<Block> blocks = blocks_of(n, starts);
  const auto n_blocks = static_cast<int64_t>(blocks.size());

  for (int64_t i = 0; i < n_blocks; ++i) {
    const Block& rows = blocks[i];
    // Each tile is the work of one thread, which alone writes the sums of its columns (points of a later block, unless
    // the tile is on the diagonal) and hands in the sums of its rows: added up afterwards, always in the same order.
    std::vector<std::vector<double>> row_sums(n_blocks);
    parallel_for(i, n_blocks, 1, [&](int64_t begin, int64_t end) {
      at::Tensor products = at::empty({0}, at::kDouble);
      for (int64_t j = begin; j < end; ++j) {
        const Block& columns = blocks[j];
        products.resize_({rows.last - rows.first, columns.last - columns.first});
        at::mm_out(products, x.slice(0, rows.first, rows.last), x.slice(0, columns.first, columns.last).t());
        row_sums[j].assign(products.size(0) * columns.groups.size(), 0.0);
        DistanceTile tile{};
        tile.products = products.mutable_data_ptr<double>();
        tile.rows = {x_data + rows.first * dims, squares_data + rows.first, rows.last - rows.first,
                     rows.cuts.data(), rows.groups.data(), static_cast<int64_t>(rows.groups.size())};
        tile.columns = {x_data + columns.first * dims, squares_data + columns.first, columns.last - columns.first,
                        columns.cuts.data(), columns.groups.data(), static_cast<int64_t>(columns.groups.size())};
        tile.dims = dims;
        tile.row_sums = row_sums[j].data();
        tile.column_sums = i == j ? nullptr : sums_data + columns.first * n_groups;
        tile.n_groups = n_groups;
        add_distances(tile);
      }
    });
    for (int64_t j = i; j < n_blocks; ++j) {
      const size_t n_runs = blocks[j].groups.size();
      for (int64_t row = rows.first; row < rows.last; ++row)
        for (size_t run = 0; run < n_runs; ++run)
          sums_data[row * n_groups + blocks[j].groups[run]] += row_sums[j][(row - rows.first) * n_runs + run];
    }
  }
  return sums;
}

}  // namespace scprior
