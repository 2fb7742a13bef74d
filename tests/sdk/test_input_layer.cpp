// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

#include "scprior/nn.hpp"

using namespace scprior;

namespace {

/// A sparse matrix whose dense form is `dense`.
CountMatrix sparse_of(const at::Tensor& dense) {
  const at::Tensor row_ptr = at::cat({at::zeros({1}, at::kLong), (dense != 0).sum(1).cumsum(0)});
  return CountMatrix::from_csr({row_ptr, dense.nonzero().select(1, 1).to(at::kInt).contiguous(),
                                dense.masked_select(dense != 0), dense.size(1)});
}

}  // namespace

TEST_CASE("sparse and dense input give the same output and gradients", "[nn]") {
  at::Generator generator = at::detail::createCPUGenerator(7);
  for (const int64_t width : {1, 128, 200, 512}) {
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      nn::InputLayer layer(50, width, true, generator);
      layer.to(type);
      at::Tensor x = at::empty({9, 50}, type).uniform_(-1, 1, generator).relu_();
      x[3].zero_();
      const at::Tensor upstream = at::empty({9, width}, type).uniform_(-1, 1, generator);

      const at::Tensor dense_x = x.clone().set_requires_grad(true);
      const at::Tensor dense_y = layer.forward(CountMatrix::from_dense(dense_x));
      dense_y.backward(upstream);
      const at::Tensor dense_dw = layer.weight.grad().clone(), dense_db = layer.bias.grad().clone();
      layer.weight.mutable_grad().reset();
      layer.bias.mutable_grad().reset();

      const CountMatrix pattern = sparse_of(x);
      const at::Tensor values = pattern.csr().values.clone().set_requires_grad(true);
      const at::Tensor sparse_y = layer.forward(pattern.with_values(values));
      sparse_y.backward(upstream);

      const double tolerance = type == at::kFloat ? 1e-4 : 1e-12;
      REQUIRE(at::allclose(sparse_y, dense_y, tolerance, tolerance));
      REQUIRE(at::allclose(layer.weight.grad(), dense_dw, tolerance, tolerance));
      REQUIRE(at::allclose(layer.bias.grad(), dense_db, tolerance, tolerance));
      REQUIRE(at::allclose(pattern.with_values(values.grad()).dense(), dense_x.grad() * (x > 0), tolerance, tolerance));
    }
  }
}
