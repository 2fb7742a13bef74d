// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "scprior/core/model.hpp"
#include "scprior/testing/threads.hpp"
#include "train/adam.hpp"

using namespace scprior;
using Catch::Matchers::WithinRel;

namespace {

constexpr core::AdamOptions options{.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7, .l1 = 5e-4, .l2 = 3e-3};

/// Kingma and Ba (2015), algorithm 1, one weight in double.
struct Textbook {
  double weight, mean = 0, variance = 0;
  void step(double gradient, int t, double rate, bool penalised) {
    if (penalised) gradient += options.l1 * ((weight > 0) - (weight < 0)) + 2 * options.l2 * weight;
    mean = options.beta1 * mean + (1 - options.beta1) * gradient;
    variance = options.beta2 * variance + (1 - options.beta2) * gradient * gradient;
    const double m = mean / (1 - std::pow(options.beta1, t)), v = variance / (1 - std::pow(options.beta2, t));
    weight -= rate * m / (std::sqrt(v) + options.epsilon);
  }
};

at::Tensor run_adam(at::Tensor start, bool penalised, at::ScalarType type) {
  const at::Generator generator = core::make_generator(5, at::kCPU);
  at::Tensor weight = start.to(type).clone().set_requires_grad(true);
  core::Adam adam({{"w", &weight, {.penalised = penalised}}}, options);
  for (int t = 0; t < 7; ++t) {
    weight.mutable_grad() = at::empty(start.sizes(), at::kFloat).normal_(0, 1, generator).to(type);
    adam.step(1e-2);
  }
  return weight.detach();
}

}  // namespace

TEST_CASE("Adam agrees with the textbook algorithm, with and without penalties", "[adam]") {
  const at::Tensor start =
      at::linspace(-1, 1, 1001).to(at::kFloat);  // holds an exact zero, and no multiple of a vector
  for (const bool penalised : {false, true}) {
    const at::Generator generator = core::make_generator(5, at::kCPU);
    std::vector<Textbook> reference;
    for (int64_t i = 0; i < start.numel(); ++i) reference.push_back({start[i].item<double>()});
    for (int t = 1; t <= 7; ++t) {
      const at::Tensor gradient = at::empty(start.sizes(), at::kFloat).normal_(0, 1, generator);
      for (int64_t i = 0; i < start.numel(); ++i) reference[i].step(gradient[i].item<double>(), t, 1e-2, penalised);
    }
    const at::Tensor kernel = run_adam(start, penalised, at::kFloat), plain = run_adam(start, penalised, at::kDouble);
    for (int64_t i = 0; i < start.numel(); ++i) {
      CHECK(std::abs(kernel[i].item<double>() - reference[i].weight) < 2e-6);
      CHECK(std::abs(plain[i].item<double>() - reference[i].weight) < 1e-12);
    }
  }
}

TEST_CASE("an optimisation step does not depend on the number of threads", "[adam]") {
  const at::Tensor start = at::linspace(-1, 1, 200'003).to(at::kFloat);
  const auto run = [&] { return run_adam(start, true, at::kFloat); };
  CHECK(testing::with_threads(1, run).equal(testing::with_threads(2, run)));
}

TEST_CASE("the penalty is that of penalised tensors alone", "[adam]") {
  at::Tensor kernel = at::tensor({1.f, -2.f, 3.f}).set_requires_grad(true),
             head = at::full({3}, 100.f).set_requires_grad(true);
  const core::Adam adam({{"kernel", &kernel, {.penalised = true}}, {"head", &head, {}}}, options);
  CHECK_THAT(adam.penalty(), WithinRel(5e-4 * 6 + 3e-3 * 14, 1e-6));
}

TEST_CASE("the penalty of many weights is exact, for any number of threads", "[adam]") {
  constexpr int64_t n = 200'003;  // several blocks and a rest
  at::Tensor weight = at::arange(n, at::kFloat).sub(100).div(256).set_requires_grad(true);
  const double absolute = (5050 + 199902.0 * 199903 / 2) / 256;  // 1 .. 100 below 0, 1 .. 199 902 above
  const double squared = (100.0 * 101 * 201 / 6 + 199902.0 * 199903 * 399805 / 6) / (256 * 256);
  const core::Adam adam({{"weight", &weight, {.penalised = true}}}, options);
  const auto penalty = [&] { return adam.penalty(); };
  const double one = testing::with_threads(1, penalty);
  CHECK_THAT(one, WithinRel(5e-4 * absolute + 3e-3 * squared, 1e-14));
  for (const int n_threads : {2, 3, 5}) CHECK(testing::with_threads(n_threads, penalty) == one);
}

TEST_CASE("a tensor without a gradient is left alone", "[adam]") {
  at::Tensor weight = at::ones({4}).set_requires_grad(true);
  core::Adam adam({{"w", &weight, {.penalised = true}}}, options);
  adam.step(0.1);
  CHECK(weight.equal(at::ones({4})));
}

namespace {

/// Rows of a gradient that exists as a whole.
class Rows final : public RowGradient {
 public:
  explicit Rows(at::Tensor whole) : whole_(std::move(whole)) {}
  void add(int64_t first, int64_t last, float* out) const override {
    CHECK(first % block_rows == 0);
    at::from_blob(out, {last - first, whole_.size(1)}, at::kFloat).add_(whole_.slice(0, first, last));
  }

 private:
  at::Tensor whole_;
};

}  // namespace

TEST_CASE("Adam adds up gradients by rows and a whole one", "[adam]") {
  constexpr int64_t n_rows = 2 * RowGradient::block_rows + 77, width = 3;
  const at::Generator generator = core::make_generator(9, at::kCPU);
  const at::Tensor start = at::empty({n_rows, width}, at::kFloat).uniform_(-1, 1, generator);
  at::Tensor by_rows = start.clone().set_requires_grad(true), whole = start.clone().set_requires_grad(true);
  core::Adam one({{"w", &by_rows, {.penalised = true}}}, options), other({{"w", &whole, {.penalised = true}}}, options);
  for (int t = 0; t < 4; ++t) {
    const auto draw = [&] { return at::empty({n_rows, width}, at::kFloat).normal_(0, 1, generator); };
    const at::Tensor first = draw(), second = draw(), tensor = draw();
    REQUIRE(one.row_gradients().accepts(by_rows));
    one.row_gradients().give(by_rows, std::make_unique<Rows>(first));
    one.row_gradients().give(by_rows, std::make_unique<Rows>(second));
    at::Tensor sum = first + second;
    if (t % 2 == 0) {
      by_rows.mutable_grad() = tensor;
      sum = tensor + first + second;
    }
    whole.mutable_grad() = sum;
    one.step(1e-2);
    other.step(1e-2);
    CHECK(one.row_gradients().of(by_rows).empty());
    CHECK_FALSE(by_rows.grad().defined());
    CHECK(by_rows.equal(whole));
  }
}
