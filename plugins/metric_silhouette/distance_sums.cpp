// SPDX-License-Identifier: Apache-2.0
#include "distance_sums.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "distance_tile.hpp"
#include "scprior/fixed_order.hpp"
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

class DistanceSums {
 public:
  DistanceSums(const at::Tensor& points, const std::vector<int64_t>& starts)
      : x_((points - points.mean(0)).contiguous()),  // near the origin, products lose least
        squares_(x_.square().sum(1)),
        n_groups_(static_cast<int64_t>(starts.size()) - 1),
        blocks_(blocks_of(points.size(0), starts)) {}

  /// [N, groups], each distance computed once.
  at::Tensor of_all() const {
    const at::Tensor sums = at::zeros({x_.size(0), n_groups_}, at::kDouble);
    for (size_t i = 0; i < blocks_.size(); ++i) add_block(i, i, sums.slice(0, blocks_[i].first), sums);
    return sums;
  }

  /// The same block by block.
  void of_blocks(const DistanceSink& sink) const {
    const at::Tensor space = at::empty({std::min(side, x_.size(0)), n_groups_}, at::kDouble);
    for (size_t i = 0; i < blocks_.size(); ++i) {
      const at::Tensor sums = space.slice(0, 0, blocks_[i].last - blocks_[i].first).zero_();
      add_block(i, 0, sums, {});
      sink(blocks_[i].first, sums);
    }
  }

 private:
  /// Adds the distances of block i to the blocks from `first_block` on: to the sums of its rows and, where `of_columns`
  /// is defined, to those of the other side.
  void add_block(size_t i, int64_t first_block, const at::Tensor& of_rows, const at::Tensor& of_columns) const {
    const Block& rows = blocks_[i];
    const auto n_blocks = static_cast<int64_t>(blocks_.size());
    double* row_data = of_rows.mutable_data_ptr<double>();
    // Each tile is the work of one thread, which alone writes the sums of its columns (points of a later block, unless
    // the tile is on the diagonal) and hands in the sums of its rows: added up afterwards, always in the same order.
    std::vector<std::vector<double>> row_sums(n_blocks);
    parallel_for(first_block, n_blocks, 1, [&](int64_t begin, int64_t end) {
      const SequentialBlas sequential;
      at::Tensor products = at::empty({0}, at::kDouble);
      for (int64_t j = begin; j < end; ++j) {
        const Block& columns = blocks_[j];
        products.resize_({rows.last - rows.first, columns.last - columns.first});
        at::mm_out(products, x_.slice(0, rows.first, rows.last), x_.slice(0, columns.first, columns.last).t());
        row_sums[j].assign(products.size(0) * columns.groups.size(), 0.0);
        DistanceTile tile{};
        tile.products = products.mutable_data_ptr<double>();
        tile.rows = side_of(rows);
        tile.columns = side_of(columns);
        tile.dims = x_.size(1);
        tile.row_sums = row_sums[j].data();
        if (of_columns.defined() && j != static_cast<int64_t>(i))
          tile.column_sums = of_columns.mutable_data_ptr<double>() + columns.first * n_groups_;
        tile.n_groups = n_groups_;
        add_distances(tile);
      }
    });
    for (int64_t j = first_block; j < n_blocks; ++j) {
      const size_t n_runs = blocks_[j].groups.size();
      for (int64_t row = 0; row < rows.last - rows.first; ++row)
        for (size_t run = 0; run < n_runs; ++run)
          row_data[row * n_groups_ + blocks_[j].groups[run]] += row_sums[j][row * n_runs + run];
    }
  }

  TileSide side_of(const Block& block) const {
    return {x_.const_data_ptr<double>() + block.first * x_.size(1), squares_.const_data_ptr<double>() + block.first,
            block.last - block.first, block.cuts.data(), block.groups.data(),
            static_cast<int64_t>(block.groups.size())};
  }

  at::Tensor x_, squares_;  // [N, D], [N]
  int64_t n_groups_;
  std::vector<Block> blocks_;
};

}  // namespace

void distance_sums(const at::Tensor& points, const std::vector<int64_t>& starts, const DistanceSink& sink,
                   int64_t most_sums) {
  const DistanceSums sums(points, starts);
  if (points.size(0) * static_cast<int64_t>(starts.size() - 1) <= most_sums) return sink(0, sums.of_all());
  sums.of_blocks(sink);
}

}  // namespace scprior
