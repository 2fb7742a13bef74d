// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "objective/elbo.hpp"
#include "scprior/core/batches.hpp"
#include "tools.hpp"

using namespace scprior;

namespace {

core::Model model_with(const std::string& prior) {
  return core::build_model(test::small_model(prior, "identity"), test::numbered_genes(30), test::shipped_plugins(), 1);
}

/// A model whose every tensor is double.
core::Model double_model(const core::ModelConfig& config) {
  core::Model model = core::build_model(config, test::numbered_genes(30), test::shipped_plugins(), 1);
  for (const core::Model::Part& part : model.parts()) part.module->to(at::kDouble);
  return model;
}

at::Tensor normal(at::IntArrayRef shape, const at::Generator& generator) {
  return at::empty(shape, at::kDouble).normal_(0, 1, generator);
}

double element(const at::Tensor& x, int64_t row, int64_t column) { return x[row][column].item<double>(); }

/// ln |det dz[s][b] / dz0[s][b]| of every draw and cell, one derivative at a time: [S, B].
at::Tensor log_det_by_autograd(Flow& flow, const at::Tensor& z0, const at::Tensor& context) {
  at::Tensor input = z0.detach().clone().set_requires_grad(true);
  const at::Tensor z = flow.forward(input, context).z, out = at::empty({z.size(0), z.size(1)}, at::kDouble);
  for (int64_t s = 0; s < z.size(0); ++s)
    for (int64_t b = 0; b < z.size(1); ++b) {
      std::vector<at::Tensor> rows;
      for (int64_t d = 0; d < z.size(2); ++d) {
        z[s][b][d].backward({}, /*retain_graph=*/true);
        rows.push_back(input.grad()[s][b].clone());
        input.mutable_grad().reset();
      }
      out[s][b] = std::get<1>(at::linalg_slogdet(at::stack(rows)));
    }
  return out;
}

}  // namespace

TEST_CASE("a draw has the posterior's mean and standard deviation", "[objective]") {
  const at::Generator noise = core::make_generator(2, at::kCPU);
  Posterior posterior;
  posterior.mean = at::tensor({1.0, -2.0}).unsqueeze(0);
  posterior.log_var = at::tensor({0.0, 1.0}).unsqueeze(0);
  const at::Tensor z = core::draw(posterior, 200'000, noise);
  CHECK(at::allclose(z.mean(0), posterior.mean, 0, 0.02));
  CHECK(at::allclose(z.std(0), (0.5 * posterior.log_var).exp(), 0.02, 0));
  posterior.log_var.reset();
  CHECK(core::draw(posterior, 3, noise).equal(posterior.mean.unsqueeze(0).expand({3, 1, 2})));
}

TEST_CASE("Monte Carlo and closed form of the KL divergence agree", "[objective]") {
  core::Model model = model_with("standard_normal");
  Posterior posterior;
  const at::Generator noise = core::make_generator(2, at::kCPU);
  posterior.mean = at::empty({3, 6}, at::kDouble).normal_(0, 1, noise);
  posterior.log_var = at::empty({3, 6}, at::kDouble).normal_(0, 1, noise);
  const at::Tensor exact = core::kl_divergence(model, posterior, {});

  // The same without the closed form: -H(q) - E[ln p(z)].
  constexpr int64_t n = 200'000;
  const at::Tensor z = core::draw(posterior, n, noise);
  const at::Tensor log_p = model.prior->log_prob(z);
  const at::Tensor log_q =
      (-0.5 * ((z - posterior.mean).square() / posterior.log_var.exp() + posterior.log_var + std::log(2 * M_PI)))
          .sum(-1);
  const at::Tensor sampled = (log_q - log_p).mean(0), error = (log_q - log_p).std(0) / std::sqrt(double(n));
  CHECK(((sampled - exact).abs() < 4 * error).all().item<bool>());
}

TEST_CASE("an autoencoder's loss is its reconstruction alone", "[objective]") {
  core::Model model = model_with("none");
  const auto cells = test::three_types(20, 30);
  const core::ElboTerms terms = core::negative_elbo(model, core::make_batch(*cells, test::all_rows(*cells)), 1, 1.0,
                                                    core::make_generator(1, at::kCPU));
  CHECK(terms.kl.item<double>() == 0);
  CHECK(terms.loss.item<double>() == terms.reconstruction.item<double>());
}

TEST_CASE("the KL weight scales the KL term of the loss only", "[objective]") {
  core::Model model = model_with("standard_normal");
  const auto cells = test::three_types(20, 30);
  const CellBatch batch = core::make_batch(*cells, test::all_rows(*cells));
  const auto terms = [&](double weight) {
    return core::negative_elbo(model, batch, 1, weight, core::make_generator(1, at::kCPU));
  };
  const core::ElboTerms full = terms(1), half = terms(0.5), none = terms(0);
  CHECK(full.kl.item<double>() > 0);
  CHECK(half.kl.item<double>() == full.kl.item<double>());
  CHECK(at::allclose(half.loss, full.reconstruction + 0.5 * full.kl));
  CHECK(none.loss.equal(full.reconstruction));
}

TEST_CASE("behind a flow the KL divergence is that of the Jacobian, the exact entropy and the normal density",
          "[objective]") {
  constexpr int64_t n_samples = 3, n_rows = 4, n_latent = 6;
  core::Model model = double_model(test::small_model("standard_normal", "iaf"));
  const at::Generator noise = core::make_generator(5, at::kCPU);
  Posterior posterior;
  posterior.mean = normal({n_rows, n_latent}, noise);
  posterior.log_var = normal({n_rows, n_latent}, noise);
  posterior.context = normal({n_rows, model.flow->context_width()}, noise);
  const at::Tensor z0 = core::draw(posterior, n_samples, noise);
  const FlowResult latent = model.flow->forward(z0, posterior.context);
  const at::Tensor kl = core::kl_divergence(model, posterior, latent);
  REQUIRE(kl.sizes() == at::IntArrayRef({n_rows}));

  const at::Tensor log_det = log_det_by_autograd(*model.flow, z0, posterior.context);
  REQUIRE(log_det.abs().min().item<double>() > 0.01);
  REQUIRE(log_det.std(0).min().item<double>() > 1e-4);  // differs between draws
  for (int64_t b = 0; b < n_rows; ++b) {
    double expected = 0;
    for (int64_t d = 0; d < n_latent; ++d)
      expected -= 0.5 * (1 + std::log(2 * M_PI) + element(posterior.log_var, b, d));
    for (int64_t s = 0; s < n_samples; ++s) {
      double log_p = 0;
      for (int64_t d = 0; d < n_latent; ++d) {
        const double z = element(latent.z[s], b, d);
        log_p -= 0.5 * (z * z + std::log(2 * M_PI));
      }
      expected -= (element(log_det, s, b) + log_p) / n_samples;
    }
    CHECK(std::abs(kl[b].item<double>() - expected) < 1e-10);
  }
}

TEST_CASE("with one VAMP component the mean over draws is the KL divergence between two normals", "[objective]") {
  constexpr int64_t n = 100'000, n_rows = 3, n_latent = 6;
  core::Model model = double_model(test::small_model("vamp", "identity", {{"components", int64_t{1}}}));
  const at::Generator noise = core::make_generator(6, at::kCPU);
  model.prior->initialise(core::make_batch(*test::three_types(20, 30), std::vector<int64_t>{4}), noise);
  Posterior component, posterior;
  component.mean = normal({1, n_latent}, noise);
  component.log_var = normal({1, n_latent}, noise);
  posterior.mean = normal({n_rows, n_latent}, noise);
  posterior.log_var = normal({n_rows, n_latent}, noise);
  model.prior->prepare([&](const CountMatrix&) { return component; });
  REQUIRE_FALSE(model.prior->kl(posterior).has_value());
  const FlowResult latent = model.flow->forward(core::draw(posterior, n, noise), {});
  const at::Tensor sampled = core::kl_divergence(model, posterior, latent);

  for (int64_t b = 0; b < n_rows; ++b) {
    double expected = 0;
    at::Tensor log_p = at::zeros({n}, at::kDouble);
    for (int64_t d = 0; d < n_latent; ++d) {
      const double m = element(component.mean, 0, d), log_v = element(component.log_var, 0, d), v = std::exp(log_v);
      const double difference = element(posterior.mean, b, d) - m, log_q = element(posterior.log_var, b, d);
      expected += 0.5 * (log_v - log_q + (std::exp(log_q) + difference * difference) / v - 1);
      log_p -= 0.5 * ((latent.z.select(1, b).select(1, d) - m).square() / v + log_v + std::log(2 * M_PI));
    }
    const double error = log_p.std().item<double>() / std::sqrt(double(n));
    REQUIRE(error < 0.05 * expected);
    CHECK(std::abs(sampled[b].item<double>() - expected) < 4 * error);
  }
}
