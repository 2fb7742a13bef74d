// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "linear_encoder.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Given = std::map<std::string, OptionValue>;

namespace {

constexpr Dims with_context{.genes = 30, .latent = 5, .context = 3};

at::Generator generator(uint64_t seed = 3) { return at::detail::createCPUGenerator(seed); }

std::unique_ptr<LinearEncoder> make(const Dims& dims, const Given& given = {}, uint64_t seed = 3,
                                    at::ScalarType type = at::kDouble) {
  auto encoder = std::make_unique<LinearEncoder>(Options::resolve(LinearEncoder::options(), given));
  encoder->build(dims, generator(seed));
  encoder->to(type);
  return encoder;
}

/// Two thirds zeros; cell 1 is empty.
at::Tensor cells(int64_t n, at::ScalarType type = at::kDouble) {
  at::Tensor x = at::empty({n, 30}, type).uniform_(-2, 1, generator(7)).relu_();
  if (n > 1) x[1].zero_();
  return x;
}

CountMatrix sparse_of(const at::Tensor& dense) {
  const at::Tensor row_ptr = at::cat({at::zeros({1}, at::kLong), (dense != 0).sum(1).cumsum(0)});
  return CountMatrix::from_csr({row_ptr, dense.nonzero().select(1, 1).to(at::kInt).contiguous(),
                                dense.masked_select(dense != 0), dense.size(1)});
}

at::Tensor tensor_of(const LinearEncoder& encoder, const std::string& name) {
  for (const auto& entry : encoder.entries())
    if (entry.name == name) return *entry.tensor;
  return {};
}

at::Tensor weighted_sum(const Posterior& posterior) {
  const auto weights = [](const at::Tensor& x) { return at::arange(1, x.numel() + 1, x.options()).view_as(x); };
  at::Tensor sum;
  for (const at::Tensor& part : {posterior.mean, posterior.log_var, posterior.context}) {
    if (!part.defined()) continue;
    const at::Tensor own = (weights(part) * part).sum();
    sum = sum.defined() ? sum + own : own;
  }
  return sum;
}

}  // namespace

TEST_CASE("the linear encoder gives what was asked for", "[encoder][linear]") {
  for (const int64_t n : {1, 4}) {
    const Posterior full = make(with_context)->encode(sparse_of(cells(n)), {});
    CHECK(full.mean.sizes() == at::IntArrayRef{n, 5});
    CHECK(full.log_var.sizes() == at::IntArrayRef{n, 5});
    CHECK(full.context.sizes() == at::IntArrayRef{n, 3});

    const Posterior gaussian = make({.genes = 30, .latent = 5})->encode(sparse_of(cells(n)), {});
    CHECK(gaussian.log_var.defined());
    CHECK_FALSE(gaussian.context.defined());

    const auto point = make({.genes = 30, .latent = 5, .context = 3, .stochastic = false});
    const Posterior posterior = point->encode(sparse_of(cells(n)), {});
    CHECK(posterior.mean.sizes() == at::IntArrayRef{n, 5});
    CHECK_FALSE(posterior.log_var.defined());
    CHECK(posterior.context.sizes() == at::IntArrayRef{n, 3});
    CHECK(point->entries().size() == 4);
  }
}

TEST_CASE("the linear encoder's outputs are linear in the genes, with weights of their own", "[encoder][linear]") {
  const auto encoder = make(with_context, {{"initial_log_var", -2.0}});
  const at::Tensor x = cells(6);
  const Posterior posterior = encoder->encode(sparse_of(x), {});
  const auto product = [&](const char* weight) { return at::matmul(x, tensor_of(*encoder, weight)); };
  CHECK(at::allclose(posterior.mean, product("mean.weight"), 1e-12, 1e-12));
  CHECK(at::allclose(posterior.log_var, product("log_var.weight") - 2, 1e-12, 1e-12));
  CHECK(at::allclose(posterior.context, product("context.weight"), 1e-12, 1e-12));
}

TEST_CASE("an empty cell gets the biases, and a cell of a million counts stays finite", "[encoder][linear]") {
  const auto encoder = make(with_context, {{"initial_log_var", -1.5}});
  const Posterior posterior = encoder->encode(sparse_of(cells(4)), {});
  CHECK(posterior.mean[1].abs().max().item<double>() == 0);
  CHECK(at::equal(posterior.log_var[1], at::full({5}, -1.5, at::kDouble)));
  const at::Tensor counts = at::zeros({1, 30}, at::kDouble);
  counts[0][4] = 1e6;
  const Posterior large = encoder->encode(log_normalise(sparse_of(counts)), {});
  CHECK(at::isfinite(large.mean).all().item<bool>());
  CHECK(at::isfinite(large.log_var).all().item<bool>());
}

TEST_CASE("sparse and dense cells give the linear encoder the same output and gradients", "[encoder][linear]") {
  for (const Given& given : {Given{}, Given{{"log_var_bound", 0.05}}}) {
    const at::Tensor x = cells(6);
    const auto on_dense = make(with_context, given), on_sparse = make(with_context, given);
    const at::Tensor dense = x.clone().set_requires_grad(true);
    const at::Tensor dense_sum = weighted_sum(on_dense->encode(CountMatrix::from_dense(dense), {}));
    dense_sum.backward();
    const CountMatrix pattern = sparse_of(x);
    const at::Tensor values = pattern.csr().values.clone().set_requires_grad(true);
    const at::Tensor sparse_sum = weighted_sum(on_sparse->encode(pattern.with_values(values), {}));
    sparse_sum.backward();

    CHECK(at::allclose(dense_sum, sparse_sum, 1e-12, 1e-12));
    CHECK((values.grad() != 0).all().item<bool>());
    CHECK(at::allclose(pattern.with_values(values.grad()).dense(), dense.grad() * (x > 0), 1e-12, 1e-12));
    for (const auto& entry : on_dense->entries())
      CHECK(at::allclose(entry.tensor->grad(), tensor_of(*on_sparse, entry.name).grad(), 1e-12, 1e-12));
  }
}

TEST_CASE("the linear encoder's gradients equal finite differences", "[encoder][linear]") {
  const auto encoder = make(with_context);
  const at::Tensor x = cells(3).set_requires_grad(true);
  const auto sum = [&] { return weighted_sum(encoder->encode(CountMatrix::from_dense(x), {})); };
  sum().backward();
  std::vector<at::Tensor> inputs = encoder->parameters();
  inputs.push_back(x);
  for (const at::Tensor& input : inputs) {
    const at::Tensor flat = input.detach().view({-1}), gradient = input.grad().reshape({-1});
    for (int64_t i = 0; i < flat.size(0); i += 7) {
      const double value = flat[i].item<double>(), before = sum().item<double>();
      flat[i] = value + 1;  // linear in every argument: a step of any length is exact
      const double after = sum().item<double>();
      flat[i] = value;
      CHECK(std::abs(after - before - gradient[i].item<double>()) < 1e-9);
    }
  }
}

TEST_CASE("cells in another order give the linear encoder's rows in that order", "[encoder][linear]") {
  const auto encoder = make(with_context);
  const at::Tensor x = cells(7), order = at::tensor({3, 1, 6, 0, 5, 2, 4}).to(at::kLong);
  const Posterior posterior = encoder->encode(sparse_of(x), {});
  const Posterior other = encoder->encode(sparse_of(x.index_select(0, order)), {});
  CHECK(at::equal(other.mean, posterior.mean.index_select(0, order)));
  CHECK(at::equal(other.log_var, posterior.log_var.index_select(0, order)));
  CHECK(at::equal(other.context, posterior.context.index_select(0, order)));
}

TEST_CASE("every weight of the linear encoder is trained and none is penalised", "[encoder][linear]") {
  const auto encoder = make(with_context);
  const at::Tensor x = at::empty({9, 30}, at::kDouble).uniform_(0.1, 1, generator(8));
  weighted_sum(encoder->encode(CountMatrix::from_dense(x), {})).backward();
  CHECK(encoder->entries().size() == 6);
  for (const auto& entry : encoder->entries()) {
    CHECK_FALSE(entry.traits.penalised);
    CHECK((entry.tensor->grad() != 0).all().item<bool>());
  }
}

TEST_CASE("a linear encoder with copied tensors is bit-equal, and building draws from its own generator",
          "[encoder][linear]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const auto encoder = make(with_context, {}, 3, at::kFloat), other = make(with_context, {}, 4, at::kFloat);
  const CountMatrix x = sparse_of(cells(6, at::kFloat));
  const Posterior expected = encoder->encode(x, {});
  CHECK_FALSE(at::equal(other->encode(x, {}).mean, expected.mean));
  for (const auto& entry : other->entries()) *entry.tensor = tensor_of(*encoder, entry.name).detach().clone();
  other->loaded();
  const Posterior result = other->encode(x, {});
  CHECK(at::equal(result.mean, expected.mean));
  CHECK(at::equal(result.log_var, expected.log_var));
  CHECK(at::equal(result.context, expected.context));
  CHECK(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("the linear encoder's log-variance is clipped only where asked for", "[encoder][linear]") {
  const at::Tensor x = cells(9) * 100;
  CHECK(make(with_context)->encode(sparse_of(x), {}).log_var.abs().max().item<double>() > 1);
  const Posterior clipped = make(with_context, {{"log_var_bound", 0.5}})->encode(sparse_of(x), {});
  CHECK(clipped.log_var.abs().max().item<double>() == 0.5);
  CHECK_THROWS_WITH(make(with_context, {{"log_var_bound", 2.0}, {"initial_log_var", -3.0}}),
                    ContainsSubstring("initial_log_var = -3 is clipped by log_var_bound = 2"));
}

TEST_CASE("the linear encoder refuses covariates and a matrix of other genes", "[encoder][linear]") {
  CHECK_THROWS_WITH(make({.genes = 30, .latent = 5, .batches = 2}), ContainsSubstring("takes no covariates"));
  CHECK_THROWS_WITH(make({.genes = 30, .latent = 5, .continuous = 1}), ContainsSubstring("takes no covariates"));
  CHECK_THROWS_WITH(make(with_context)->encode(CountMatrix::from_dense(at::zeros({2, 29}, at::kDouble)), {}),
                    ContainsSubstring("has 29 genes, expected 30"));
}
