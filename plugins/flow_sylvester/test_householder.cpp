// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

#include "householder.hpp"

using namespace scprior;

namespace {

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::empty(shape, type).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

/// v [n, D] -> H_1 ... H_n, one after the other by their definition.
at::Tensor product_of_reflections(const at::Tensor& v) {
  at::Tensor product = at::eye(v.size(1), v.options());
  for (int64_t i = 0; i < v.size(0); ++i) {
    const at::Tensor unit = v[i] / at::linalg_vector_norm(v[i]);
    product = at::matmul(product, at::eye(v.size(1), v.options()) - 2 * at::outer(unit, unit));
  }
  return product;
}

double defect(const at::Tensor& q) {  // of orthonormality
  const at::Tensor gram = at::matmul(q.transpose(-2, -1), q);
  return (gram - at::eye(gram.size(-1), gram.options())).abs().max().item<double>();
}

}  // namespace

TEST_CASE("householder columns are those of the product of reflections", "[flow][sylvester]") {
  for (const int64_t n : {1, 2, 7, 12}) {
    const at::Tensor v = normal({3, 2, n, 9}, 1);
    const at::Tensor q = householder_columns(v, 4);
    REQUIRE(q.sizes() == at::IntArrayRef({3, 2, 9, 4}));
    for (int64_t b = 0; b < 3; ++b)
      REQUIRE(at::allclose(q[b][1], product_of_reflections(v[b][1]).narrow(1, 0, 4), 0, 1e-12));
  }
}

TEST_CASE("householder columns are orthonormal, also where vectors are parallel, tiny, huge or 0",
          "[flow][sylvester]") {
  at::Tensor v = normal({5, 16, 20}, 1);
  v[1].copy_(v[1][0].expand({16, 20}) + 1e-9 * normal({16, 20}, 2));
  v[2].mul_(1e-12);
  v[3].mul_(1e12);
  v[4][3].zero_();
  REQUIRE(defect(householder_columns(v, 16)) < 1e-13);
  REQUIRE(defect(householder_columns(v, 20)) < 1e-13);
  REQUIRE(defect(householder_columns(v.to(at::kFloat), 16)) < 1e-5);
}

TEST_CASE("a reflection at 0 is the identity, with a finite gradient", "[flow][sylvester]") {
  const at::Tensor v = at::zeros({2, 5}, at::kDouble).set_requires_grad(true);
  const at::Tensor q = householder_columns(v, 3);
  REQUIRE(at::equal(q, at::eye(5, 3, at::kDouble)));
  q.sum().backward();
  REQUIRE(at::isfinite(v.grad()).all().item<bool>());
}
