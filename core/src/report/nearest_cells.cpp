// SPDX-License-Identifier: Apache-2.0
#include "report/nearest_cells.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "report/nearest_lists.hpp"
#include "scprior/fixed_order.hpp"
#include "scprior/parallel.hpp"

namespace scprior::core {
namespace {

constexpr int64_t side = 512;  // cells per tile: its products, 2 MiB, stay in the cache

class PairsOfCells {
 public:
  PairsOfCells(const at::Tensor& latent, int64_t k)
      : x_(latent.to(at::kDouble) - latent.mean(0, false, at::kDouble)),  // near the origin, products lose least
        squares_(x_.square().sum(1)),
        lists_(latent.size(0), k),
        blocks_((latent.size(0) + side - 1) / side) {}

  /// Block meets block as in a tournament: in a round each plays once, so that the pairs of a round can be the work of
  /// different threads.
  NearestLists compare() && {
    const int64_t places = blocks_ + blocks_ % 2;  // with an odd number of blocks, one pauses
    play(blocks_, [](int64_t i) { return std::pair(i, i); });
    for (int64_t round = 0; round + 1 < places; ++round)
      play(places / 2, [&](int64_t i) {
        const int64_t others = places - 1;
        return i == 0 ? std::pair(round, others) : std::pair((round + i) % others, (round + others - i) % others);
      });
    return std::move(lists_);
  }

 private:
  template <class PairOf>
  void play(int64_t n, PairOf pair_of) {
    parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
      const SequentialBlas sequential;
      at::Tensor products = at::empty({0}, at::kDouble);
      for (int64_t i = begin; i < end; ++i) {
        const auto [a, b] = pair_of(i);
        if (std::max(a, b) < blocks_) meet(a, b, products);
      }
    });
  }

  void meet(int64_t a, int64_t b, at::Tensor& products) {
    const at::Tensor rows = x_.slice(0, a * side, (a + 1) * side), columns = x_.slice(0, b * side, (b + 1) * side);
    products.resize_({rows.size(0), columns.size(0)});
    at::mm_out(products, rows, columns.t());
    offer_tile({products.mutable_data_ptr<double>(), a * side, rows.size(0), b * side, columns.size(0),
                squares_.const_data_ptr<double>()},
               lists_);
  }

  at::Tensor x_, squares_;  // [N, D], [N]
  NearestLists lists_;
  int64_t blocks_;
};

double distance(const float* x, const float* y, int64_t n) {
  double sum = 0;
  for (int64_t d = 0; d < n; ++d) sum += (double{x[d]} - y[d]) * (double{x[d]} - y[d]);
  return std::sqrt(sum);
}

}  // namespace

Neighbours nearest_cells(const at::Tensor& latent, int64_t k) {
  const NearestLists lists = PairsOfCells(latent, k).compare();
  const int64_t n = latent.size(0), units = latent.size(1);
  const float* cells = latent.const_data_ptr<float>();
  Neighbours neighbours(n);
  parallel_for(0, n, 256, [&](int64_t first, int64_t last) {
    for (int64_t cell = first; cell < last; ++cell) {
      auto& list = neighbours[cell];
      for (int64_t i = 0; i < k; ++i) {
        const int32_t other = lists.of(cell)[i].cell;
        // From the differences: identical cells are at distance zero exactly.
        list.emplace_back(other, static_cast<float>(distance(cells + cell * units, cells + other * units, units)));
      }
      std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
        return a.second < b.second || (a.second == b.second && a.first < b.first);
      });
    }
  });
  return neighbours;
}

}  // namespace scprior::core
