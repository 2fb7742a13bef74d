// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/batch_norm.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <catch2/catch_template_test_macros.hpp>
#include <vector>

#include "scprior/error.hpp"
#include "scprior/nn.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;

namespace {

constexpr double epsilon = 1e-3;

struct Results {
  at::Tensor out, mean, variance, grad_x, grad_gamma, grad_beta;
};

/// Columns with means far from 0, against their spread; the last one is the same in all rows.
struct Problem {
  Problem(int64_t rows, int64_t width, at::ScalarType type) {
    const at::Generator generator = at::detail::createCPUGenerator(5);
    const auto draw = [&](at::IntArrayRef shape) {
      return at::empty(shape, at::kDouble).normal_(0, 1, generator).to(type);
    };
    x = draw({rows, width}) * 0.1 + draw({width}) * 3;
    x.select(1, width - 1).fill_(0.75);
    grad = draw({rows, width}) + 0.5;
    gamma = draw({width});
    beta = draw({width});
  }
  at::Tensor x, grad, gamma, beta;
};

template <class T>
Results by_kernel(const Problem& p, bool scales) {
  const int64_t rows = p.x.size(0), width = p.x.size(1);
  const T* const gamma = scales ? p.gamma.data_ptr<T>() : nullptr;
  Results r{at::empty_like(p.x), at::empty({width}, at::kDouble), at::empty({width}, at::kDouble), at::empty_like(p.x),
            scales ? at::empty_like(p.gamma) : at::Tensor(), at::empty_like(p.beta)};
  kernels::batch_norm<T>(p.x.data_ptr<T>(), rows, width, gamma, p.beta.data_ptr<T>(), epsilon, r.out.data_ptr<T>(),
                         r.mean.data_ptr<double>(), r.variance.data_ptr<double>());
  kernels::batch_norm_gradient<T>(p.x.data_ptr<T>(), p.grad.data_ptr<T>(), rows, width, gamma,
                                  r.mean.data_ptr<double>(), r.variance.data_ptr<double>(), epsilon,
                                  r.grad_x.data_ptr<T>(), scales ? r.grad_gamma.data_ptr<T>() : nullptr,
                                  r.grad_beta.data_ptr<T>());
  return r;
}

/// By the definition, in float64, with LibTorch's gradients.
Results by_definition(const Problem& p, bool scales) {
  const auto leaf = [](const at::Tensor& values) { return values.to(at::kDouble, false, true).requires_grad_(true); };
  const at::Tensor x = leaf(p.x), gamma = leaf(p.gamma), beta = leaf(p.beta);
  const at::Tensor mean = x.mean(0), variance = (x - mean).square().mean(0);
  const at::Tensor hat = (x - mean) / at::sqrt(variance + epsilon), y = (scales ? gamma * hat : hat) + beta;
  (y * p.grad.to(at::kDouble)).sum().backward();
  return {y.detach(), mean.detach(), variance.detach(), x.grad(), gamma.grad(), beta.grad()};
}

bool near(const at::Tensor& a, const at::Tensor& b, double tolerance) {
  return at::allclose(a.to(at::kDouble), b, tolerance, tolerance);
}

}  // namespace

TEMPLATE_TEST_CASE("batch normalisation and its gradients are those of the definition", "[kernel][batch_norm]", float,
                   double) {
  const double tolerance = sizeof(TestType) == 4 ? 2e-5 : 1e-11;
  for (const auto& [rows, width] : {std::pair{37, 200}, {2, 64}, {5, 3}, {1, 10}})
    for (const bool scales : {true, false}) {
      CAPTURE(rows, width, scales);
      const Problem problem(rows, width, at::CppTypeToScalarType<TestType>::value);
      const Results got = by_kernel<TestType>(problem, scales), wanted = by_definition(problem, scales);
      CHECK(near(got.mean, wanted.mean, 1e-12));
      CHECK(near(got.variance, wanted.variance, 1e-12));
      CHECK(near(got.out, wanted.out, tolerance));
      CHECK(near(got.grad_x, wanted.grad_x, 20 * tolerance));
      CHECK(near(got.grad_beta, wanted.grad_beta, tolerance));
      if (scales) CHECK(near(got.grad_gamma, wanted.grad_gamma, 20 * tolerance));
    }
}

TEMPLATE_TEST_CASE("the layer in training is LibTorch's, with its gradients, and follows the batch",
                   "[nn][batch_norm]", float, double) {
  constexpr auto type = at::CppTypeToScalarType<TestType>::value;
  const double tolerance = sizeof(TestType) == 4 ? 1e-4 : 1e-10;
  const Problem p(23, 70, type);
  const auto near = [&](const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, tolerance, tolerance); };
  for (const bool scales : {true, false})
    for (const bool transposed : {true, false}) {
      CAPTURE(scales, transposed);
      nn::BatchNorm layer(70, scales, 0.9);
      layer.to(type);
      layer.train(at::detail::createCPUGenerator(1));
      {
        const at::NoGradGuard no_grad;
        if (scales) layer.gamma.copy_(p.gamma);
        layer.beta.copy_(p.beta);
      }
      std::vector<at::Tensor> inputs = {(transposed ? p.x.t().contiguous().t() : p.x.clone()).requires_grad_(true),
                                        layer.beta};
      if (scales) inputs.push_back(layer.gamma);
      const at::Tensor y = layer.forward(inputs[0]);
      const at::Tensor wanted = at::batch_norm(inputs[0], layer.gamma, layer.beta, {}, {}, true, 0, epsilon, false);
      CHECK(near(y, wanted));
      const auto gradients = torch::autograd::grad({y}, inputs, {p.grad}, /*retain_graph=*/true),
                 wanted_gradients = torch::autograd::grad({wanted}, inputs, {p.grad});
      for (size_t i = 0; i < inputs.size(); ++i) CHECK(near(gradients[i], wanted_gradients[i]));
      CHECK(near(layer.running_mean, p.x.mean(0) * 0.1));
      CHECK(near(layer.running_var, p.x.var(0, /*unbiased=*/false) * 0.1 + 0.9));

      CHECK_THROWS_AS(torch::autograd::grad({y}, inputs, {p.grad}, true, /*create_graph=*/true), Error);
      const at::NoGradGuard no_grad;
      CHECK(near(layer.forward(p.x), wanted));
    }
}

TEMPLATE_TEST_CASE("batch normalisation does not depend on the number of threads", "[kernel][batch_norm][threads]",
                   float, double) {
  const Problem problem(700, 333, at::CppTypeToScalarType<TestType>::value);
  const auto with = [&](int n) {
    return testing::with_threads(n, [&] { return by_kernel<TestType>(problem, true); });
  };
  const Results one = with(1);
  for (const int n : {2, 3, 5}) {
    const Results several = with(n);
    CHECK(several.out.equal(one.out));
    CHECK(several.mean.equal(one.mean));
    CHECK(several.variance.equal(one.variance));
    CHECK(several.grad_x.equal(one.grad_x));
    CHECK(several.grad_gamma.equal(one.grad_gamma));
    CHECK(several.grad_beta.equal(one.grad_beta));
  }
}
