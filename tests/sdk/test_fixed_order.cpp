// SPDX-License-Identifier: Apache-2.0
#include "scprior/fixed_order.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "scprior/error.hpp"
#include "scprior/nn.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;

namespace {

at::Tensor random(at::IntArrayRef shape, at::ScalarType type = at::kDouble) {
  static const at::Generator generator = at::detail::createCPUGenerator(8);
  return at::empty(shape, at::kDouble).normal_(0, 1, generator).to(type);
}

at::Tensor gradient(const at::Tensor& of, const at::Tensor& by, bool create_graph = false) {
  return torch::autograd::grad({of.sum()}, {by}, {}, /*retain_graph=*/true, create_graph)[0];
}

bool near(const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, 1e-10, 1e-10); }

}  // namespace

TEST_CASE("linear is LibTorch's, with its gradients, for rows of any shape", "[nn][linear]") {
  const at::Tensor weight = random({150, 30}).requires_grad_(true), bias = random({150}).requires_grad_(true);
  for (const std::vector<int64_t>& shape :
       std::vector<std::vector<int64_t>>{{30}, {7, 30}, {3, 100, 30}, {0, 30}, {2, 0, 30}}) {
    const at::Tensor x = random(shape).requires_grad_(true);
    for (const at::Tensor& b : {bias, at::Tensor()}) {
      const at::Tensor y = nn::linear(x, weight, b), wanted = at::linear(x, weight, b);
      REQUIRE(y.sizes() == wanted.sizes());
      CHECK(near(y, wanted));
      const at::Tensor square = y.square(), wanted_square = wanted.square();
      CHECK(near(gradient(square, x), gradient(wanted_square, x)));
      CHECK(near(gradient(square, weight), gradient(wanted_square, weight)));
      if (b.defined()) CHECK(near(gradient(square, b), gradient(wanted_square, b)));
    }
  }
}

TEST_CASE("factors and layers that do not fit are refused, with and without gradients", "[nn][linear]") {
  const at::Tensor x = random({4, 3});
  for (const bool gradients : {true, false}) {
    const at::AutoGradMode mode(gradients);
    CHECK_THROWS_AS(product(x, random({5, 2})), Error);
    CHECK_THROWS_AS(product(random({0, 3}), random({5, 2})), Error);
    CHECK_THROWS_AS(product(random({3}), random({3, 2})), Error);
    CHECK_THROWS_AS(nn::linear(x, random({2, 4}), random({2})), Error);
    CHECK_THROWS_AS(nn::linear(x, random({128, 3}), random({200})), Error);
    CHECK_THROWS_AS(nn::linear(x, random({128, 3}), random({1})), Error);
  }
}

TEST_CASE("a product has gradients of second order", "[fixed_order]") {
  const at::Tensor a = random({5, 4}).requires_grad_(true), b = random({4, 3}).requires_grad_(true);
  const auto second = [&](const auto& multiply) {
    const at::Tensor first = gradient(at::tanh(multiply(a, b)), a, true);
    return gradient(first.square(), b);
  };
  CHECK(near(second(product), second([](const at::Tensor& x, const at::Tensor& y) { return at::mm(x, y); })));
}

TEST_CASE("a total is the sum of all elements, with its gradient", "[fixed_order]") {
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{}, {0}, {5}, {3, 4}}) {
    const at::Tensor x = random(shape).requires_grad_(true);
    const at::Tensor sum = total(x);
    CHECK(sum.dim() == 0);
    CHECK(near(sum, x.sum()));
    CHECK(near(gradient(sum * sum, x), at::ones_like(x) * 2 * x.sum()));
    CHECK(near(total(x.detach()), x.sum()));
  }
  const at::Tensor columns = random({4, 6}).t().requires_grad_(true);
  CHECK(near(total(columns), columns.sum()));
  CHECK(total(random({3}, at::kFloat)).scalar_type() == at::kFloat);
}

TEST_CASE("long sums do not depend on the number of threads", "[fixed_order][threads]") {
  // Those of MKL do from some hundred terms on, those of LibTorch from 32 768.
  const at::Tensor x = random({2048, 300}, at::kFloat).requires_grad_(true),
                   weight = random({130, 300}, at::kFloat).requires_grad_(true),
                   slope = random({2048, 130}, at::kFloat);
  const auto with = [&](int n) {
    return testing::with_threads(n, [&] {
      const at::Tensor y = nn::linear(x, weight, {});
      return std::vector{y.detach(), gradient(y * slope, x, true), gradient(y * slope, weight),
                         product(x.detach().t(), x.detach()), total(x.detach())};
    });
  };
  const std::vector<at::Tensor> one = with(1);
  for (const int n : {2, 3, 5}) {
    const std::vector<at::Tensor> several = with(n);
    for (size_t i = 0; i < one.size(); ++i) {
      CAPTURE(n, i);
      CHECK(several[i].equal(one[i]));
    }
  }
}
