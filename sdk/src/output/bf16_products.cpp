// SPDX-License-Identifier: Apache-2.0
#include "bf16_products.hpp"

#include <ATen/ATen.h>

namespace scprior::output {
namespace {

using kernels::Bf16;
using kernels::bf16_padded;

at::Tensor packed(int64_t rows, int64_t columns) {
  return at::empty({bf16_padded(rows) * bf16_padded(columns)}, at::kBFloat16);
}

Bf16* numbers_of(const at::Tensor& packed) { return static_cast<Bf16*>(packed.data_ptr()); }

}  // namespace

Bf16Products::Bf16Products(const Layer& layer, const at::Tensor& h, bool keeps_gradients)
    : tiles_(layer.weight.size(0)),
      rows_(h.size(0)),
      width_(h.size(1)),
      padded_rows_(bf16_padded(rows_)),
      padded_width_(bf16_padded(width_)),
      h_(h.detach().contiguous()),
      weight_(layer.weight.detach().contiguous()),
      left_h_(packed(rows_, width_)) {
  kernels::pack_left(h_.data_ptr<float>(), width_, rows_, width_, numbers_of(left_h_));
  if (keeps_gradients)
    kept_ = kept_memory(layer.weight, {tiles_.count, tiles_.size * padded_rows_}, at::kBFloat16);
}

const float* Bf16Products::weight_rows_from(int64_t gene) const { return weight_.data_ptr<float>() + gene * width_; }

Bf16* Bf16Products::kept_tile(int64_t index) const {
  return numbers_of(kept_) + index * tiles_.size * padded_rows_;
}

at::Tensor Bf16Products::make_scratch() const { return at::empty({padded_rows_, tiles_.size}, at::kFloat); }

std::array<int64_t, 2> Bf16Products::input_gradient_shape() const { return {padded_rows_, padded_width_}; }

at::Tensor Bf16Products::logits(const Tile& tile, const at::Tensor& scratch) {
  const at::Tensor right_weight = packed(width_, tile.genes());
  kernels::pack_right_transposed(weight_rows_from(tile.first), width_, width_, tile.genes(), numbers_of(right_weight));
  kernels::bf16_product({.m = padded_rows_,
                         .n = bf16_padded(tile.genes()),
                         .k = padded_width_,
                         .left = numbers_of(left_h_),
                         .right = numbers_of(right_weight),
                         .out = scratch.data_ptr<float>(),
                         .out_stride = tiles_.size,
                         .add = false});
  return scratch.narrow(0, 0, rows_).narrow(1, 0, tile.genes());
}

void Bf16Products::add_input_gradient(const Tile& tile, const at::Tensor& d, const at::Tensor& sum,
                                      bool first) const {
  const at::Tensor left_d = packed(rows_, tile.genes()), right_weight = packed(tile.genes(), width_);
  kernels::pack_left(d.data_ptr<float>(), tiles_.size, rows_, tile.genes(), numbers_of(left_d));
  kernels::pack_right(weight_rows_from(tile.first), width_, tile.genes(), width_, numbers_of(right_weight));
  kernels::bf16_product({.m = padded_rows_,
                         .n = padded_width_,
                         .k = bf16_padded(tile.genes()),
                         .left = numbers_of(left_d),
                         .right = numbers_of(right_weight),
                         .out = sum.data_ptr<float>(),
                         .out_stride = padded_width_,
                         .add = !first});
}

void Bf16Products::keep(const Tile& tile, const at::Tensor& d) {
  kernels::pack_left_transposed(d.data_ptr<float>(), tiles_.size, tile.genes(), rows_, kept_tile(tile.index));
}

at::Tensor Bf16Products::weighted_input(const at::Tensor& row_weight) const {
  const at::Tensor weighted = h_ * row_weight.unsqueeze(1), right = packed(rows_, width_);
  kernels::pack_right(weighted.data_ptr<float>(), width_, rows_, width_, numbers_of(right));
  return right;
}

void Bf16Products::add_weight_rows(int64_t first, int64_t last, const at::Tensor& weighted_h,
                                   const at::Tensor& out) const {
  const int64_t n = last - first;
  const bool fits = n == bf16_padded(n) && width_ == padded_width_;
  const at::Tensor place = fits ? out : at::zeros({bf16_padded(n), padded_width_}, at::kFloat);
  kernels::bf16_product({.m = bf16_padded(n),
                         .n = padded_width_,
                         .k = padded_rows_,
                         .left = kept_tile(first / tiles_.size) + first % tiles_.size * padded_rows_,
                         .right = numbers_of(weighted_h),
                         .out = place.data_ptr<float>(),
                         .out_stride = padded_width_,
                         .add = true});
  if (!fits) at::Tensor(out).add_(place.narrow(0, 0, n).narrow(1, 0, width_));
}

}  // namespace scprior::output
