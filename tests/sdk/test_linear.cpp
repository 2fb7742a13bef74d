// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "scprior/nn.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;

namespace {

at::Tensor random(at::IntArrayRef shape, at::ScalarType type = at::kDouble) {
  static const at::Generator generator = at::detail::createCPUGenerator(8);
  return at::empty(shape, at::kDouble).normal_(0, 1, generator).to(type);
}

at::Tensor gradient(const at::Tensor& of, const at::Tensor& by, bool create_graph = false) {
  return torch::autograd::grad({of.sum()}, {by}, {}, std::nullopt, create_graph)[0];
}

}  // namespace

TEST_CASE("linear is LibTorch's, with its gradients, for rows of any shape", "[nn][linear]") {
  const at::Tensor weight = random({150, 30}).requires_grad_(true), bias = random({150}).requires_grad_(true);
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{30}, {7, 30}, {3, 100, 30}, {0, 30}}) {
    const at::Tensor x = random(shape).requires_grad_(true);
    for (const at::Tensor& b : {bias, at::Tensor()}) {
      const at::Tensor y = nn::linear(x, weight, b), wanted = at::linear(x, weight, b);
      REQUIRE(y.sizes() == wanted.sizes());
      CHECK(at::allclose(y, wanted, 1e-12, 1e-12));
      const at::Tensor by_square = y.square(), wanted_by_square = wanted.square();
      CHECK(at::allclose(gradient(by_square, x, true), gradient(wanted_by_square, x, true), 1e-10, 1e-10));
      CHECK(at::allclose(gradient(by_square, weight, true), gradient(wanted_by_square, weight, true), 1e-10, 1e-10));
      if (b.defined()) CHECK(at::allclose(gradient(by_square, b), gradient(wanted_by_square, b), 1e-10, 1e-10));
    }
  }
}

TEST_CASE("a product has gradients of second order", "[nn][linear]") {
  const at::Tensor a = random({5, 4}).requires_grad_(true), b = random({4, 3}).requires_grad_(true);
  const auto second = [&](const auto& product) {
    const at::Tensor first = gradient(at::tanh(product(a, b)), a, true);
    return gradient(first.square(), b);
  };
  CHECK(at::allclose(second(nn::product), second([](const at::Tensor& x, const at::Tensor& y) { return at::mm(x, y); }),
                     1e-10, 1e-10));
}

TEST_CASE("products with long sums do not depend on the number of threads", "[nn][linear][threads]") {
  // MKL's own sums do from a length of some hundred on.
  const at::Tensor x = random({2048, 300}, at::kFloat).requires_grad_(true),
                   weight = random({130, 300}, at::kFloat).requires_grad_(true),
                   slope = random({2048, 130}, at::kFloat);
  const auto with = [&](int n) {
    return testing::with_threads(n, [&] {
      const at::Tensor y = nn::linear(x, weight, {});
      return std::vector{y.detach(), gradient(y * slope, x, true), gradient(y * slope, weight),
                         nn::product(x.detach().t(), x.detach())};
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
