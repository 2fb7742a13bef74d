// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <array>

#include "scprior/training_scope.hpp"

namespace scprior::output {

/// What makes one parameter of the counts' distribution from h: W h + b, or a free vector.
struct Layer {
  at::Tensor weight;  ///< [G, H]; undefined: the parameter does not depend on h
  at::Tensor bias;    ///< [G]; without weight the parameter itself, [G] or [1]

  bool exists() const { return bias.defined(); }
  bool is_linear() const { return weight.defined(); }
};

/// In the order mean, dispersion, inflation.
using Layers = std::array<Layer, 3>;

/// Genes that are computed together: the logits of a training batch are made, used and left behind in the cache.
struct Tile {
  int64_t index, first, last;

  int64_t genes() const { return last - first; }
};

/// The cut of G genes into tiles of one size, but for the last. It depends on G alone: few genes make small tiles, so
/// that there is one for each thread; many make large ones, which are multiplied faster.
struct Tiles {
  explicit Tiles(int64_t n)
      : n_genes(n), size(n > 8192 ? 1024 : RowGradient::block_rows), count((n + size - 1) / size) {
    static_assert(1024 % RowGradient::block_rows == 0);
  }
  Tile at(int64_t i) const { return {i, i * size, std::min((i + 1) * size, n_genes)}; }

  int64_t n_genes, size, count;
};

}  // namespace scprior::output
