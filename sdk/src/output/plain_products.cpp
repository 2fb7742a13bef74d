// SPDX-License-Identifier: Apache-2.0
#include "plain_products.hpp"

#include <ATen/ATen.h>

#include "scprior/fixed_order.hpp"

namespace scprior::output {

PlainProducts::PlainProducts(const Layer& layer, const at::Tensor& h, bool keeps_gradients)
    : tiles_(layer.weight.size(0)), h_(h.detach()), weight_(layer.weight.detach()) {
  if (keeps_gradients)
    kept_ = kept_memory(layer.weight, {tiles_.count, h.size(0), tiles_.size}, h_.scalar_type());
}

at::Tensor PlainProducts::make_scratch() const {
  return kept_.defined() ? at::Tensor() : at::empty({h_.size(0), tiles_.size}, h_.options());
}

std::array<int64_t, 2> PlainProducts::input_gradient_shape() const { return {h_.size(0), h_.size(1)}; }

at::Tensor PlainProducts::logits(const Tile& tile, const at::Tensor& scratch) {
  const SequentialBlas sequential;
  at::Tensor out = (kept_.defined() ? kept_.select(0, tile.index) : scratch).narrow(1, 0, tile.genes());
  return at::mm_out(out, h_, weight_.slice(0, tile.first, tile.last).t());
}

void PlainProducts::add_input_gradient(const Tile& tile, const at::Tensor& d, const at::Tensor& sum,
                                       bool first) const {
  const SequentialBlas sequential;
  at::Tensor(sum).addmm_(d, weight_.slice(0, tile.first, tile.last), first ? 0 : 1);
}

at::Tensor PlainProducts::weighted_input(const at::Tensor& row_weight) const { return h_ * row_weight.unsqueeze(1); }

void PlainProducts::add_weight_rows(int64_t first, int64_t last, const at::Tensor& weighted_h,
                                    const at::Tensor& out) const {
  const SequentialBlas sequential;
  const at::Tensor d = kept_.select(0, first / tiles_.size).narrow(1, first % tiles_.size, last - first);
  at::Tensor(out).addmm_(d.t(), weighted_h);
}

}  // namespace scprior::output
