// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <functional>

#include "scprior/nn.hpp"

using namespace scprior;

namespace {

constexpr int64_t n_rows = 4, n_in = 5, n_out = 3;

at::Generator generator_of(uint64_t seed) { return at::detail::createCPUGenerator(seed); }

at::Tensor random_rows(int64_t rows, int64_t columns, uint64_t seed) {
  return at::empty({rows, columns}, at::kDouble).normal_(0, 1, generator_of(seed));
}

at::Tensor& find(const Module& module, const std::string& name) {
  for (const Module::Entry& entry : module.entries())
    if (entry.name == name) return *entry.tensor;
  throw std::runtime_error("no tensor " + name);
}

bool near(const at::Tensor& a, const at::Tensor& b, double tolerance = 1e-12) {
  return a.sizes() == b.sizes() && (a - b).abs().max().item<double>() < tolerance;
}

/// A trunk of one layer in double, none of whose numbers is at its start.
std::unique_ptr<nn::DenseTrunk> one_layer(double dropout) {
  auto trunk = std::make_unique<nn::DenseTrunk>(n_in, std::vector<int64_t>{n_out}, nn::BlockOptions{.dropout = dropout},
                                                false, generator_of(1));
  trunk->to(at::kDouble);
  const at::NoGradGuard no_grad;
  const at::Generator values = generator_of(2);
  for (const Module::Entry& entry : trunk->entries()) entry.tensor->uniform_(0.5, 1.5, values);
  return trunk;
}

at::Tensor linear_by_loop(const Module& trunk, const at::Tensor& x) {
  const at::Tensor weight = find(trunk, "linear_0.weight").detach(), bias = find(trunk, "linear_0.bias").detach();
  const at::Tensor y = at::empty({x.size(0), n_out}, at::kDouble);
  for (int64_t i = 0; i < x.size(0); ++i)
    for (int64_t o = 0; o < n_out; ++o) {
      double sum = bias[o].item<double>();
      for (int64_t k = 0; k < n_in; ++k) sum += x[i][k].item<double>() * weight[o][k].item<double>();
      y[i][o] = sum;
    }
  return y;
}

at::Tensor tanh_by_loop(const at::Tensor& x) {
  const at::Tensor y = at::empty_like(x);
  for (int64_t i = 0; i < x.size(0); ++i)
    for (int64_t o = 0; o < x.size(1); ++o) y[i][o] = std::tanh(x[i][o].item<double>());
  return y;
}

/// Mean of a column and mean squared distance from it.
std::pair<double, double> statistics_of(const at::Tensor& x, int64_t column) {
  const double n = static_cast<double>(x.size(0));
  double mean = 0, variance = 0;
  for (int64_t i = 0; i < x.size(0); ++i) mean += x[i][column].item<double>() / n;
  for (int64_t i = 0; i < x.size(0); ++i) variance += std::pow(x[i][column].item<double>() - mean, 2) / n;
  return {mean, variance};
}

at::Tensor normalised_by_loop(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                              const std::function<std::pair<double, double>(int64_t)>& statistics) {
  const at::Tensor y = at::empty_like(x);
  for (int64_t o = 0; o < x.size(1); ++o) {
    const auto [mean, variance] = statistics(o);
    for (int64_t i = 0; i < x.size(0); ++i)
      y[i][o] = gamma[o].item<double>() * (x[i][o].item<double>() - mean) / std::sqrt(variance + 1e-3) +
                beta[o].item<double>();
  }
  return y;
}

at::Tensor normalised_by_batch(const Module& trunk, const at::Tensor& x) {
  return normalised_by_loop(x, find(trunk, "block_0.norm.gamma").detach(), find(trunk, "block_0.norm.beta").detach(),
                            [&](int64_t o) { return statistics_of(x, o); });
}

at::Tensor normalised_by_running(const Module& trunk, const at::Tensor& x) {
  const at::Tensor mean = find(trunk, "block_0.norm.running_mean").clone(),
                   variance = find(trunk, "block_0.norm.running_var").clone();
  return normalised_by_loop(x, find(trunk, "block_0.norm.gamma").detach(), find(trunk, "block_0.norm.beta").detach(),
                            [&](int64_t o) { return std::pair(mean[o].item<double>(), variance[o].item<double>()); });
}

void check_glorot(const at::Tensor& weight, const at::Tensor& bias, double in, double out) {
  const double bound = std::sqrt(6 / (in + out)), n = in * out;
  const double low = weight.min().item<double>(), high = weight.max().item<double>();
  CHECK(static_cast<double>(weight.numel()) == n);
  // The chance that none of 10 000 uniform numbers is in the outermost half percent of the width is below 1e-20.
  CHECK((high <= bound * (1 + 1e-6) && high > 0.99 * bound));
  CHECK((low >= -bound * (1 + 1e-6) && low < -0.99 * bound));
  CHECK(std::abs(weight.mean().item<double>()) < 4 * bound / std::sqrt(3 * n));
  CHECK(bias.equal(at::zeros({static_cast<int64_t>(out)})));
}

}  // namespace

TEST_CASE("a layer in training is linear, tanh, then BatchNorm with the batch's statistics", "[nn]") {
  const auto trunk = one_layer(0);
  const at::Tensor x = random_rows(n_rows, n_in, 3), sums = linear_by_loop(*trunk, x);
  trunk->train(generator_of(4));
  const at::Tensor y = trunk->forward(x).detach();
  CHECK(near(y, normalised_by_batch(*trunk, tanh_by_loop(sums))));
  CHECK_FALSE(near(y, tanh_by_loop(normalised_by_batch(*trunk, sums)), 1e-3));  // the other order is another function
}

TEST_CASE("a layer in evaluation uses the running statistics and leaves them alone", "[nn]") {
  const auto trunk = one_layer(0.3);
  const at::Tensor x = random_rows(n_rows, n_in, 3), sums = linear_by_loop(*trunk, x);
  const at::Tensor mean = find(*trunk, "block_0.norm.running_mean").clone(),
                   variance = find(*trunk, "block_0.norm.running_var").clone();
  trunk->eval();
  const at::Tensor y = trunk->forward(x).detach();
  CHECK(near(y, normalised_by_running(*trunk, tanh_by_loop(sums))));
  CHECK_FALSE(near(y, tanh_by_loop(normalised_by_running(*trunk, sums)), 1e-3));
  CHECK_FALSE(near(y, normalised_by_batch(*trunk, tanh_by_loop(sums)), 1e-3));
  CHECK(mean.equal(find(*trunk, "block_0.norm.running_mean")));
  CHECK(variance.equal(find(*trunk, "block_0.norm.running_var")));
}

TEST_CASE("running statistics keep 0.99 of themselves at a step and take the batch's biased variance", "[nn]") {
  const auto trunk = one_layer(0);
  std::vector<double> mean, variance;
  for (int64_t o = 0; o < n_out; ++o) {
    mean.push_back(find(*trunk, "block_0.norm.running_mean")[o].item<double>());
    variance.push_back(find(*trunk, "block_0.norm.running_var")[o].item<double>());
  }
  trunk->train(generator_of(4));
  for (const uint64_t seed : {5, 6}) {
    const at::Tensor x = random_rows(n_rows, n_in, seed), activated = tanh_by_loop(linear_by_loop(*trunk, x));
    trunk->forward(x);
    for (int64_t o = 0; o < n_out; ++o) {
      const auto [batch_mean, batch_variance] = statistics_of(activated, o);
      mean[o] = 0.99 * mean[o] + 0.01 * batch_mean;
      variance[o] = 0.99 * variance[o] + 0.01 * batch_variance;
    }
  }
  CHECK(near(find(*trunk, "block_0.norm.running_mean"), at::tensor(mean, at::kDouble)));
  CHECK(near(find(*trunk, "block_0.norm.running_var"), at::tensor(variance, at::kDouble)));
}

TEST_CASE("a training batch of one row uses the running statistics and leaves them alone", "[nn]") {
  const auto trunk = one_layer(0);
  const at::Tensor x = random_rows(1, n_in, 3), before = find(*trunk, "block_0.norm.running_var").clone();
  trunk->train(generator_of(4));
  CHECK(near(trunk->forward(x).detach(), normalised_by_running(*trunk, tanh_by_loop(linear_by_loop(*trunk, x)))));
  CHECK(before.equal(find(*trunk, "block_0.norm.running_var")));
}

TEST_CASE("dropout comes last in a layer, scales what it keeps, and draws from the given generator", "[nn]") {
  constexpr double p = 0.3;
  constexpr int64_t rows = 2000;
  const auto trunk = one_layer(p);
  const at::Tensor x = random_rows(rows, n_in, 3),
                   whole = normalised_by_batch(*trunk, tanh_by_loop(linear_by_loop(*trunk, x)));
  const at::Tensor global_before = at::detail::getDefaultCPUGenerator().get_state();
  const auto forward = [&](uint64_t seed) {
    trunk->train(generator_of(seed));
    return trunk->forward(x).detach();
  };
  const at::Tensor y = forward(4), kept = y != 0;
  CHECK(near(y, at::where(kept, whole / (1 - p), at::zeros_like(whole)), 1e-10));
  const double n = rows * n_out;
  CHECK(std::abs(kept.sum().item<double>() / n - (1 - p)) < 4 * std::sqrt(p * (1 - p) / n));
  CHECK(y.equal(forward(4)));
  CHECK_FALSE(y.equal(forward(5)));
  CHECK(global_before.equal(at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("dropout of nothing is the identity and draws nothing", "[nn]") {
  const at::Generator noise = generator_of(4);
  const at::Tensor state = noise.get_state(), x = random_rows(n_rows, n_in, 3);
  CHECK(nn::dropout(x, 0, noise).equal(x));
  CHECK(state.equal(noise.get_state()));
  nn::dropout(x, 0.1, noise);
  CHECK_FALSE(state.equal(noise.get_state()));
}

TEST_CASE("plain_last leaves BatchNorm and dropout out of the last layer only", "[nn]") {
  const nn::BlockOptions options{.dropout = 0.5};
  const at::Tensor x = random_rows(n_rows, n_in, 3);
  nn::DenseTrunk last(n_in, {n_out}, options, true, generator_of(1));
  last.to(at::kDouble);
  const at::Generator noise = generator_of(4);
  const at::Tensor state = noise.get_state();
  last.train(noise);
  CHECK(near(last.forward(x).detach(), tanh_by_loop(linear_by_loop(last, x))));
  CHECK(state.equal(noise.get_state()));

  nn::EncoderTrunk encoder(n_in, {n_out}, options, true, generator_of(1));
  encoder.to(at::kDouble);
  encoder.train(noise);
  const at::Tensor sums = at::addmm(find(encoder, "input.bias"), x, find(encoder, "input.weight")).detach();
  CHECK(near(encoder.forward(CountMatrix::from_dense(x)).detach(), tanh_by_loop(sums)));
  CHECK(state.equal(noise.get_state()));

  // Of two layers the first still has both.
  nn::DenseTrunk two(n_in, {64, n_out}, options, true, generator_of(1));
  two.to(at::kDouble);
  two.train(noise);
  const at::Tensor running = find(two, "block_0.norm.running_var").clone();
  CHECK((two.forward(x) != 0).all().item<bool>());
  CHECK_FALSE(running.equal(find(two, "block_0.norm.running_var")));
  CHECK_FALSE(state.equal(noise.get_state()));
  CHECK_THROWS(find(two, "block_1.norm.running_var"));
}

TEST_CASE("initial weights fill Glorot's interval and biases are 0", "[nn]") {
  const nn::Linear linear(200, 50, true, generator_of(1));
  CHECK(linear.weight.sizes() == at::IntArrayRef({50, 200}));
  check_glorot(linear.weight.detach(), linear.bias.detach(), 200, 50);
  const nn::InputLayer input(200, 50, true, generator_of(1));
  CHECK(input.weight.sizes() == at::IntArrayRef({200, 50}));
  check_glorot(input.weight.detach(), input.bias.detach(), 200, 50);
}
