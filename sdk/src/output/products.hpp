// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>

#include "layers.hpp"

namespace scprior::output {

/// The three products of one linear layer with h [R, H], tile by tile: its logits less the bias, and from their
/// gradients D those of h and of the weight. const functions and those of different tiles may run at once.
class Products {
 public:
  virtual ~Products();

  /// Memory for the logits of one tile on one thread.
  virtual at::Tensor make_scratch() const = 0;
  /// Shape of a sum of add_input_gradient, of which [:R, :H] counts.
  virtual std::array<int64_t, 2> input_gradient_shape() const = 0;
  /// W h of the tile, [R, genes] with rows Tiles::size apart: in `scratch`, or where D is kept.
  virtual at::Tensor logits(const Tile& tile, const at::Tensor& scratch) = 0;
  /// sum = D W, or += if it is not the first, with D where the logits were.
  virtual void add_input_gradient(const Tile& tile, const at::Tensor& d, const at::Tensor& sum, bool first) const = 0;
  /// Keeps D for the gradient of the weight.
  virtual void keep(const Tile& tile, const at::Tensor& d) = 0;
  /// diag(row_weight) h with row_weight [R], as add_weight_rows takes it.
  virtual at::Tensor weighted_input(const at::Tensor& row_weight) const = 0;
  /// out [last - first, H] += Dᵀ weighted_h for genes of one block of RowGradient.
  virtual void add_weight_rows(int64_t first, int64_t last, const at::Tensor& weighted_h,
                               const at::Tensor& out) const = 0;
};

/// A tensor for what products with this weight keep until its gradient is made, not set to anything. In training its
/// memory is that of the step before.
at::Tensor kept_memory(const at::Tensor& weight, at::IntArrayRef shape, at::ScalarType type);

/// keeps_gradients: whether keep and what follows will be called. Precision::bf16 needs float32 tensors.
std::shared_ptr<Products> make_products(const Layer& layer, const at::Tensor& h, bool keeps_gradients,
                                        Precision precision);

/// The whole gradient of the weight, [G, H].
at::Tensor weight_gradient(const Products& products, const at::Tensor& row_weight, const at::Tensor& weight);

/// The same for the optimiser.
std::unique_ptr<const RowGradient> weight_rows(std::shared_ptr<const Products> products, const at::Tensor& row_weight,
                                               int64_t width);

}  // namespace scprior::output
