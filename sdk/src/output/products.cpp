// SPDX-License-Identifier: Apache-2.0
#include "products.hpp"

#include <ATen/ATen.h>

#include "bf16_products.hpp"
#include "plain_products.hpp"
#include "scprior/parallel.hpp"

namespace scprior::output {
namespace {

class OutputWeightRows final : public RowGradient {
 public:
  OutputWeightRows(std::shared_ptr<const Products> products, const at::Tensor& row_weight, int64_t width)
      : products_(std::move(products)), weighted_h_(products_->weighted_input(row_weight)), width_(width) {}

  void add(int64_t first, int64_t last, float* out) const override {
    products_->add_weight_rows(first, last, weighted_h_, at::from_blob(out, {last - first, width_}, at::kFloat));
  }

 private:
  std::shared_ptr<const Products> products_;
  at::Tensor weighted_h_;
  int64_t width_;
};

}  // namespace

Products::~Products() = default;

at::Tensor kept_memory(const at::Tensor& weight, at::IntArrayRef shape, at::ScalarType type) {
  RowGradients* const taker = TrainingScope::takes_rows_of(weight);
  return taker ? taker->memory(weight, shape, type) : at::empty(shape, type);
}

std::shared_ptr<Products> make_products(const Layer& layer, const at::Tensor& h, bool keeps_gradients,
                                        Precision precision) {
  if (precision == Precision::bf16) return std::make_shared<Bf16Products>(layer, h, keeps_gradients);
  return std::make_shared<PlainProducts>(layer, h, keeps_gradients);
}

at::Tensor weight_gradient(const Products& products, const at::Tensor& row_weight, const at::Tensor& weight) {
  const at::Tensor weighted_h = products.weighted_input(row_weight);
  const at::Tensor out = at::zeros_like(weight, at::MemoryFormat::Contiguous);
  parallel_blocks(weight.size(0), RowGradient::block_rows, [&](int64_t first, int64_t last) {
    products.add_weight_rows(first, last, weighted_h, out.slice(0, first, last));
  });
  return out;
}

std::unique_ptr<const RowGradient> weight_rows(std::shared_ptr<const Products> products, const at::Tensor& row_weight,
                                               int64_t width) {
  return std::make_unique<OutputWeightRows>(std::move(products), row_weight, width);
}

}  // namespace scprior::output
