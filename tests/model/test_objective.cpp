// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>

#include "objective/elbo.hpp"
#include "scprior/core/batches.hpp"
#include "tools.hpp"

using namespace scprior;

namespace {

core::Model model_with(const std::string& prior) {
  return core::build_model(test::small_model(prior, "identity"), test::numbered_genes(30), test::shipped_plugins(), 1);
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
  const at::Tensor log_q = (-0.5 * ((z - posterior.mean).square() / posterior.log_var.exp() + posterior.log_var + std::log(2 * M_PI))).sum(-1);
  const at::Tensor sampled = (log_q - log_p).mean(0), error = (log_q - log_p).std(0) / std::sqrt(double(n));
  CHECK(((sampled - exact).abs() < 4 * error).all().item<bool>());
}

TEST_CASE("an autoencoder's loss is its reconstruction alone", "[objective]") {
  core::Model model = model_with("none");
  const auto cells = test::three_types(20, 30);
  const core::ElboTerms terms = core::negative_elbo(model, core::make_batch(*cells, test::all_rows(*cells)), 1, 1.0, core::make_generator(1, at::kCPU));
  CHECK(terms.kl.item<double>() == 0);
  CHECK(terms.loss.item<double>() == terms.reconstruction.item<double>());
}

TEST_CASE("the KL weight scales the KL term of the loss only", "[objective]") {
  core::Model model = model_with("standard_normal");
  const auto cells = test::three_types(20, 30);
  const CellBatch batch = core::make_batch(*cells, test::all_rows(*cells));
  const auto terms = [&](double weight) { return core::negative_elbo(model, batch, 1, weight, core::make_generator(1, at::kCPU)); };
  const core::ElboTerms full = terms(1), half = terms(0.5), none = terms(0);
  CHECK(full.kl.item<double>() > 0);
  CHECK(half.kl.item<double>() == full.kl.item<double>());
  CHECK(at::allclose(half.loss, full.reconstruction + 0.5 * full.kl));
  CHECK(none.loss.equal(full.reconstruction));
}
