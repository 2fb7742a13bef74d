// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "products.hpp"
#include "scprior/kernels/bf16_product.hpp"

namespace scprior::output {

/// Operands rounded to bfloat16, sums and results in float32.
class Bf16Products final : public Products {
 public:
  Bf16Products(const Layer& layer, const at::Tensor& h, bool keeps_gradients);

  at::Tensor make_scratch() const override;
  std::array<int64_t, 2> input_gradient_shape() const override;
  at::Tensor logits(const Tile& tile, const at::Tensor& scratch) override;
  void add_input_gradient(const Tile& tile, const at::Tensor& d, const at::Tensor& sum, bool first) const override;
  void keep(const Tile& tile, const at::Tensor& d) override;
  at::Tensor weighted_input(const at::Tensor& row_weight) const override;
  void add_weight_rows(int64_t first, int64_t last, const at::Tensor& weighted_h, const at::Tensor& out) const override;

 private:
  const float* weight_rows_from(int64_t gene) const;
  kernels::Bf16* kept_tile(int64_t index) const;

  Tiles tiles_;
  int64_t rows_, width_;  // R, H
  int64_t padded_rows_, padded_width_;
  at::Tensor h_, weight_;
  at::Tensor left_h_;  // [R, H], for the logits
  at::Tensor kept_;    // [tiles] of left operands [size, R]: the transpose of D
};

}  // namespace scprior::output
