// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "products.hpp"

namespace scprior::output {

/// By LibTorch's products, in the tensors' own type.
class PlainProducts final : public Products {
 public:
  PlainProducts(const Layer& layer, const at::Tensor& h, bool keeps_gradients);

  at::Tensor make_scratch() const override;
  std::array<int64_t, 2> input_gradient_shape() const override;
  at::Tensor logits(const Tile& tile, const at::Tensor& scratch) override;
  void add_input_gradient(const Tile& tile, const at::Tensor& d, const at::Tensor& sum, bool first) const override;
  void keep(const Tile&, const at::Tensor&) override {}
  at::Tensor weighted_input(const at::Tensor& row_weight) const override;
  void add_weight_rows(int64_t first, int64_t last, const at::Tensor& weighted_h, const at::Tensor& out) const override;

 private:
  Tiles tiles_;
  at::Tensor h_, weight_;
  at::Tensor kept_;  // [tiles, R, size]: logits, then D
};

}  // namespace scprior::output
