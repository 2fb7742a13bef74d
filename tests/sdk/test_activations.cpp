// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <map>
#include <vector>

#include "scprior/elementary.hpp"
#include "scprior/nn.hpp"

using namespace scprior;

namespace {

using Function = std::function<at::Tensor(const at::Tensor&)>;

/// LibTorch's function of each name.
const std::map<std::string, Function>& theirs() {
  static const std::map<std::string, Function> functions = {
      {"tanh", [](const at::Tensor& x) { return at::tanh(x); }},
      {"relu", [](const at::Tensor& x) { return at::relu(x); }},
      {"elu", [](const at::Tensor& x) { return at::elu(x); }},
      {"selu", [](const at::Tensor& x) { return at::selu(x); }},
      {"gelu", [](const at::Tensor& x) { return at::gelu(x); }},
      {"silu", [](const at::Tensor& x) { return at::silu(x); }},
      {"softplus", [](const at::Tensor& x) { return at::softplus(x, 1, 50); }},
      {"linear", [](const at::Tensor& x) { return x; }},
      {"sigmoid", [](const at::Tensor& x) { return at::sigmoid(x); }},
      {"log_sigmoid", [](const at::Tensor& x) { return at::log_sigmoid(x); }},
  };
  return functions;
}

std::map<std::string, Function> ours() {
  std::map<std::string, Function> functions = {{"sigmoid", nn::sigmoid}, {"log_sigmoid", nn::log_sigmoid}};
  for (const std::string& name : nn::activation_names())
    functions[name] = [name](const at::Tensor& x) { return nn::activate(name, x); };
  return functions;
}

struct Evaluated {
  at::Tensor value, slope;
};

Evaluated evaluate(const Function& f, const at::Tensor& at) {
  const at::Tensor x = at.clone().requires_grad_(true);
  const at::Tensor y = f(x);
  return {y.detach(), torch::autograd::grad({y.sum()}, {x})[0]};
}

}  // namespace

TEST_CASE("activations and their slopes are LibTorch's, also far out and at 0", "[nn][activation]") {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const double tolerance = type == at::kFloat ? 1e-6 : 1e-13;
    const at::Tensor x = at::cat({at::linspace(-12, 12, 1001, at::kDouble),
                                  at::tensor({-1000.0, -100.0, -45.0, -1e-8, 0.0, 1e-8, 39.0, 45.0, 100.0, 1000.0},
                                             at::kDouble)})
                             .to(type);
    for (const auto& [name, function] : ours()) {
      CAPTURE(name, type);
      const Evaluated got = evaluate(function, x), wanted = evaluate(theirs().at(name), x);
      CHECK(at::allclose(got.value, wanted.value, tolerance, tolerance));
      CHECK(at::allclose(got.slope, wanted.slope, tolerance, tolerance));
    }
  }
}

TEST_CASE("activations and their slopes do not depend on an element's place", "[nn][activation][threads]") {
  const at::Tensor x = at::linspace(-9, 9, 20'011);  // alone, in a vector, or at the end of a thread's share
  for (const auto& [name, function] : ours()) {
    CAPTURE(name);
    const Evaluated whole = evaluate(function, x);
    std::vector<at::Tensor> values, slopes;
    for (const at::Tensor& part : x.split(7)) {
      const auto [value, slope] = evaluate(function, part);
      values.push_back(value);
      slopes.push_back(slope);
    }
    CHECK(at::cat(values).equal(whole.value));
    CHECK(at::cat(slopes).equal(whole.slope));
  }
}
