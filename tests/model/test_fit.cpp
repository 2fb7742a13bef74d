// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/fit.hpp"

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "scprior/core/batches.hpp"
#include "scprior/core/inference.hpp"
#include "scprior/core/model_folder.hpp"
#include "scprior/testing/temporary_folder.hpp"
#include "tools.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

constexpr int64_t n_cells = 120, n_genes = 30;

struct Fitted {
  core::Model model;
  core::FitOutcome outcome;
};

Fitted fit_small(const core::ModelConfig& config, std::function<bool(const core::FitProgress&)> progress = {},
                 uint64_t seed = 3) {
  Fitted fitted;
  const auto cells = test::three_types(n_cells, n_genes);
  fitted.model = core::build_model(config, test::numbered_genes(n_genes), test::shipped_plugins(), seed);
  fitted.outcome = core::fit(fitted.model, *cells, test::in_order(n_cells),
                             {.train = config.train, .seed = seed, .progress = progress});
  fitted.model.prepare_prior();
  return fitted;
}

at::Tensor embedding_of(core::Model& model) {
  const auto cells = test::three_types(n_cells, n_genes);
  return core::embed(model, *cells, test::all_rows(*cells));
}

core::ModelConfig model_named(const std::string& name) {
  if (name == "AE") return test::small_model("none", "identity");
  if (name == "VAE") return test::small_model("standard_normal", "identity");
  if (name == "IAF") return test::small_model("standard_normal", "iaf");
  if (name == "VAMP") return test::small_model("vamp", "identity", {{"components", int64_t{12}}});
  return test::small_model("vamp", "iaf", {{"components", int64_t{12}}});
}

bool all_equal(const core::Model& a, const core::Model& b) {
  const auto left = a.entries(), right = b.entries();
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i)
    if (left[i].name != right[i].name || !left[i].tensor->equal(*right[i].tensor)) return false;
  return true;
}

/// λ₁ Σ|w| + λ₂ Σw² of the weights that are penalised, or of all that are trained.
double penalty_of(const core::Model& model, const core::TrainConfig& train, bool all = false) {
  double sum = 0;
  for (const Module::Entry& entry : model.entries()) {
    if (!(all ? entry.traits.trainable : entry.traits.penalised)) continue;
    const at::Tensor weight = entry.tensor->detach().to(at::kDouble);
    sum += train.l1 * weight.abs().sum().item<double>() + train.l2 * weight.square().sum().item<double>();
  }
  return sum;
}

}  // namespace

TEST_CASE("every model of the paper learns, repeats bit by bit, and survives saving", "[fit]") {
  const std::string name = GENERATE("AE", "VAE", "IAF", "VAMP", "IAF+VAMP");
  INFO(name);
  core::ModelConfig config = model_named(name);
  config.train.max_epochs = 15;
  Fitted first = fit_small(config);
  REQUIRE(first.outcome.history.size() == 15);
  CHECK(first.outcome.history.back().validation_loss < first.outcome.history.front().validation_loss);
  CHECK(first.outcome.history.back().penalty > 0);

  const at::Tensor embedding = embedding_of(first.model);
  CHECK(embedding.isfinite().all().item<bool>());
  // An empty cell and its neighbours: a cell's embedding does not depend on which cells it is embedded with.
  const auto cells = test::three_types(n_cells, n_genes);
  CHECK(at::allclose(core::embed(first.model, *cells, std::vector<int64_t>{5, 0}),
                     embedding.index_select(0, at::tensor({5, 0})), 1e-5, 1e-6));

  Fitted again = fit_small(config);
  CHECK(all_equal(first.model, again.model));
  CHECK(embedding.equal(embedding_of(again.model)));
  CHECK_FALSE(all_equal(first.model, fit_small(config, {}, 4).model));

  const testing::TemporaryFolder folder;
  core::ModelFile file;
  file.model = config;
  file.n_genes = n_genes;
  file.seed = 3;
  core::save_model(folder / "model", first.model, file);
  core::SavedModel loaded = core::open_model(folder / "model", test::shipped_plugins());
  CHECK(all_equal(first.model, loaded.model));
  CHECK(embedding.equal(embedding_of(loaded.model)));
  if (name != "AE") CHECK(core::sample_prior(first.model, 9, 1).equal(core::sample_prior(loaded.model, 9, 1)));
}

TEST_CASE("cells drawn from the prior are counts", "[fit]") {
  Fitted fitted = fit_small(model_named("VAMP"));
  const CountMatrix cells = core::sample_cells(fitted.model, at::full({50}, 100.f), 1);
  const at::Tensor dense = cells.dense();
  CHECK(dense.sizes() == at::IntArrayRef{50, n_genes});
  CHECK(dense.equal(dense.floor()));
  CHECK((dense >= 0).all().item<bool>());
  CHECK(dense.sum().item<double>() > 0);
  CHECK(cells.dense().equal(core::sample_cells(fitted.model, at::full({50}, 100.f), 1).dense()));
  CHECK_FALSE(cells.dense().equal(core::sample_cells(fitted.model, at::full({50}, 100.f), 2).dense()));
}

TEST_CASE("an autoencoder has no prior to draw from", "[fit]") {
  Fitted fitted = fit_small(model_named("AE"));
  CHECK_THROWS_AS(core::sample_prior(fitted.model, 3, 1), Error);
  core::ModelConfig config = model_named("IAF");
  config.prior = {"none", {}};
  CHECK_THROWS_AS(core::build_model(config, test::numbered_genes(n_genes), test::shipped_plugins(), 1), Error);
}

TEST_CASE("the best weights are kept, not the last", "[fit]") {
  core::ModelConfig config = model_named("VAE");
  config.train.learning_rate = 0.05;  // overshoots: later epochs are worse
  config.train.max_epochs = 30;
  const Fitted fitted = fit_small(config);
  double lowest = INFINITY;
  int64_t epoch = 0;
  for (const auto& row : fitted.outcome.history)
    if (row.validation_loss < lowest) {
      lowest = row.validation_loss;
      epoch = row.epoch;
    }
  REQUIRE(epoch < 30);
  CHECK(fitted.outcome.best_epoch == epoch);
  config.train.max_epochs = epoch;
  CHECK(all_equal(fitted.model, fit_small(config).model));
}

TEST_CASE("training stops early without improvement", "[fit]") {
  core::ModelConfig config = model_named("VAE");
  config.train.learning_rate = 0.05;
  config.train.max_epochs = 500;
  config.train.stop_patience = 5;
  const Fitted fitted = fit_small(config);
  CHECK(fitted.outcome.stop == core::StopReason::no_improvement);
  CHECK(static_cast<int64_t>(fitted.outcome.history.size()) == fitted.outcome.best_epoch + 5);
}

TEST_CASE("the progress function can end a fit, which keeps the best weights so far", "[fit]") {
  core::ModelConfig config = model_named("VAE");
  config.train.max_epochs = 50;
  const Fitted cut =
      fit_small(config, [](const core::FitProgress& progress) { return !(progress.epoch == 3 && progress.finished); });
  CHECK(cut.outcome.stop == core::StopReason::cancelled);
  REQUIRE(cut.outcome.history.size() == 3);
  config.train.max_epochs = 3;
  CHECK(all_equal(cut.model, fit_small(config).model));
  CHECK(fit_small(config, [](const core::FitProgress&) { return false; }).outcome.history.empty());
}

TEST_CASE("a loss that is not finite ends the fit with step, term and finite weights", "[fit]") {
  core::ModelConfig config = model_named("VAE");
  config.train.learning_rate = 1e30;
  config.train.max_epochs = 20;
  const Fitted fitted = fit_small(config);
  CHECK(fitted.outcome.stop == core::StopReason::not_finite);
  CHECK_THAT(fitted.outcome.message, ContainsSubstring("epoch"));
  CHECK_THAT(fitted.outcome.message, ContainsSubstring("train.learning_rate"));
  CHECK(fitted.outcome.history.size() < 20);
}

TEST_CASE("a prior that wants more cells than there are is refused with the way out", "[fit]") {
  try {
    fit_small(test::small_model("vamp", "identity", {{"components", int64_t{500}}}));
    FAIL("no exception");
  } catch (const Error& error) {
    CHECK(error.status() == Status::config);
    CHECK_THAT(error.what(),
               ContainsSubstring("500") && ContainsSubstring("96") && ContainsSubstring("prior.components"));
  }
}

TEST_CASE("fits with several draws, without validation cells and with a KL warm-up work", "[fit]") {
  core::ModelConfig config = model_named("IAF+VAMP");
  config.train.samples = 3;
  config.train.kl_warmup_epochs = 2;
  const auto cells = test::three_types(n_cells, n_genes);
  core::Model model = core::build_model(config, test::numbered_genes(n_genes), test::shipped_plugins(), 1);
  core::Split split = test::in_order(n_cells);
  split.validation.clear();
  const core::FitOutcome outcome = core::fit(model, *cells, split, {.train = config.train, .seed = 1});
  CHECK(outcome.history.size() == 4);
  CHECK(std::isfinite(outcome.history.back().validation_loss));
}

TEST_CASE("the validation loss of an autoencoder is its reconstruction and the penalties", "[fit]") {
  core::ModelConfig config = model_named("AE");
  config.train.max_epochs = 1;
  config.train.l1 = 3e-4;
  Fitted fitted = fit_small(config);
  const core::EpochRecord& epoch = fitted.outcome.history.at(0);
  const auto cells = test::three_types(n_cells, n_genes);
  const std::vector<int64_t> rows = test::in_order(n_cells).validation;
  const at::Tensor log_p = core::log_likelihood(fitted.model, *cells, rows, core::embed(fitted.model, *cells, rows));
  const double penalty = penalty_of(fitted.model, config.train);
  REQUIRE(penalty > 0.05);
  REQUIRE(penalty_of(fitted.model, config.train, true) > 1.05 * penalty);  // heads and biases are not penalised
  CHECK_THAT(epoch.penalty, WithinRel(penalty, 1e-6));
  CHECK_THAT(epoch.validation_loss, WithinRel(penalty - log_p.mean().item<double>(), 1e-6));
}

TEST_CASE("the validation loss has the whole KL weight, even while it warms up", "[fit]") {
  core::ModelConfig config = model_named("VAE");
  config.train.max_epochs = 1;
  config.train.kl_weight = 0.7;
  config.train.kl_warmup_epochs = 2;
  Fitted fitted = fit_small(config);
  const core::EpochRecord& epoch = fitted.outcome.history.at(0);
  const auto cells = test::three_types(n_cells, n_genes);
  const std::vector<int64_t> rows = test::in_order(n_cells).validation;
  const at::NoGradGuard no_grad;
  const Posterior q = fitted.model.encoder->encode(core::make_batch(*cells, rows).normalised, {});
  const at::Tensor mean = q.mean.to(at::kDouble), log_var = q.log_var.to(at::kDouble);
  const double kl = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(1).mean().item<double>();
  const at::Generator noise = core::make_generator(core::stream_seed(3, core::RandomStream::evaluation), at::kCPU);
  const at::Tensor epsilon = at::empty({1, 12, 6}, at::kFloat).normal_(0, 1, noise).squeeze(0);
  const at::Tensor log_p = core::log_likelihood(fitted.model, *cells, rows, q.mean + (q.log_var / 2).exp() * epsilon);
  REQUIRE(kl > 0.1);
  const double expected = 0.7 * kl - log_p.mean().item<double>() + penalty_of(fitted.model, config.train);
  CHECK_THAT(epoch.validation_loss, WithinRel(expected, 1e-6));
}

TEST_CASE("the KL weight of a warm-up over two epochs is 0, a half and 1", "[fit]") {
  core::ModelConfig config = model_named("VAE");
  config.train.max_epochs = 4;
  config.train.kl_warmup_epochs = 2;
  const Fitted fitted = fit_small(config);
  REQUIRE(fitted.outcome.history.size() == 4);
  const double weights[] = {0, 0.5, 1, 1};
  for (size_t i = 0; i < 4; ++i) {
    const core::EpochRecord& epoch = fitted.outcome.history[i];
    INFO(epoch.epoch);
    REQUIRE(epoch.kl > 0.1);
    CHECK_THAT(epoch.train_loss - epoch.penalty - epoch.reconstruction, WithinAbs(weights[i] * epoch.kl, 1e-4));
  }
}

TEST_CASE("a damaged or incomplete model folder is refused", "[fit]") {
  Fitted fitted = fit_small(model_named("VAMP"));
  core::ModelFile file;
  file.model = fitted.model.config;
  file.n_genes = n_genes;
  const testing::TemporaryFolder folder;
  const auto path = folder / "model";
  CHECK_THROWS_AS(core::open_model(path, test::shipped_plugins()), Error);
  core::save_model(path, fitted.model, file);
  std::filesystem::resize_file(path / "weights.safetensors",
                               std::filesystem::file_size(path / "weights.safetensors") - 40);
  CHECK_THROWS_AS(core::open_model(path, test::shipped_plugins()), Error);
  core::save_model(path, fitted.model, file);
  std::filesystem::remove(path / "genes.tsv");
  CHECK_THROWS_AS(core::open_model(path, test::shipped_plugins()), Error);
  file.n_genes = n_genes + 1;
  core::save_model(path, fitted.model, file);
  CHECK_THROWS_AS(core::open_model(path, test::shipped_plugins()), Error);
}
