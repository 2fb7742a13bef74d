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

/// Genes that are computed together: the logits of a batch, [R, size], are made, used and left behind in the
/// second-level cache. All tiles are of one size, but for the last.
struct Tile {
  static constexpr int64_t size = 2 * RowGradient::block_rows;

  static int64_t count(int64_t n_genes) { return (n_genes + size - 1) / size; }
  Tile(int64_t i, int64_t n_genes) : index(i), first(i * size), last(std::min(first + size, n_genes)) {}
  int64_t genes() const { return last - first; }

  int64_t index, first, last;
};

}  // namespace scprior::output
