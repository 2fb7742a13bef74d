// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>

#include "config_host.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace config_test;

namespace {

ExperimentConfig fit(const std::vector<std::string>& settings, const std::string& label = "") {
  const Folder folder;
  Host host;
  return fit_from_settings(folder / "cells.h5ad", label, settings, host.host);
}

std::string problem(const std::vector<std::string>& settings) {
  return error_of([&] { fit(settings); });
}

}  // namespace

TEST_CASE("settings reach every part of a fit", "[config][settings]") {
  const ExperimentConfig config =
      fit({"train.max_epochs=20", "genes.space=\"dataset\"", "prior=vamp", "prior.components=100",
           "encoder.hidden=[256, 128]", "latent = 10", "split.test=0.2", "loader.layer=counts", "seed=5", "threads=2",
           "batch=donor", "device=cpu", "train.l1=0", "name=mine"},
          "cell_type");
  REQUIRE(config.data.size() == 1);
  REQUIRE(config.data[0].name == "cells");
  REQUIRE(config.data[0].label == "cell_type");
  REQUIRE(config.data[0].batch == "donor");
  REQUIRE(config.data[0].loader.options.text("layer") == "counts");
  REQUIRE(config.models.size() == 1);
  REQUIRE(config.models[0].name == "mine");
  REQUIRE(config.models[0].latent == 10);
  REQUIRE(config.models[0].prior.options.integer("components") == 100);
  REQUIRE(config.models[0].encoder.options.integers("hidden") == std::vector<int64_t>{256, 128});
  REQUIRE(config.models[0].train.max_epochs == 20);
  REQUIRE(config.models[0].train.l1 == 0.0);
  REQUIRE(config.models[0].train.learning_rate == 5e-5);
  REQUIRE(config.genes.space == "dataset");
  REQUIRE(config.split.test == 0.2);
  REQUIRE(config.seeds == std::vector<int64_t>{5});
  REQUIRE(config.threads == 2);
}

TEST_CASE("without settings a fit is the paper's VAE with seed 0", "[config][settings]") {
  const ExperimentConfig config = fit({});
  REQUIRE(config.models[0].name == "VAE");
  REQUIRE(config.seeds == std::vector<int64_t>{0});
  REQUIRE(config.metrics.size() == 5);
}

TEST_CASE("the order of settings does not matter", "[config][settings]") {
  for (const auto& settings : std::vector<std::vector<std::string>>{
           {"prior=vamp", "prior.components=8", "prior.tied=false"},
           {"prior.tied=false", "prior.components=8", "prior=vamp"},
           {"prior={ type = \"vamp\", components = 8 }", "prior.tied=false"},
           {"prior.components=8", "prior={ type = \"vamp\", tied = false }"}}) {
    const ModelConfig model = fit(settings).models[0];
    REQUIRE(model.prior.type == "vamp");
    REQUIRE(model.prior.options.integer("components") == 8);
    REQUIRE_FALSE(model.prior.options.boolean("tied"));
  }
}

TEST_CASE("a setting that looks like a number is a text where a text is wanted", "[config][settings]") {
  const ExperimentConfig config = fit({"label=1", "split.group=2024-01-01", "name=007", "batch=true"});
  REQUIRE(config.data[0].label == "1");
  REQUIRE(config.data[0].batch == "true");
  REQUIRE(config.split.group == "2024-01-01");
  REQUIRE(config.models[0].name == "007");
}

TEST_CASE("wrong settings are reported together, each under its own key", "[config][settings]") {
  REQUIRE(problem({"train.max_epochs=0", "train.max_epoch=3", "latent=1.5", "prior.components=\"many\"",
                   "prior=vamp", "encoder.hidden=256", "nonsense", "=3", "train.l1=inf"}) ==
          "--set train.max_epochs: is 0, must be at least 1\n"
          "--set train.max_epoch: is not a known key of [train]; did you mean \"max_epochs\"? Known: max_epochs, "
          "steps_per_epoch, batch_size, learning_rate, beta1, beta2, epsilon, l1, l2, plateau_factor, "
          "plateau_patience, stop_patience, reconstruction, kl_weight, kl_warmup_epochs, samples, precision\n"
          "--set latent: is 1.5 (real number), must be of type integer\n"
          "--set prior.components: is \"many\" (text), must be of type integer\n"
          "--set encoder.hidden: is 256 (integer), must be of type list of integers\n"
          "command line: --set nonsense: must be KEY=VALUE, as in --set train.max_epochs=20\n"
          "command line: --set =3: must be KEY=VALUE, as in --set train.max_epochs=20\n"
          "--set train.l1: is inf, must be finite");
}

TEST_CASE("an unknown setting names the nearest and all", "[config][settings]") {
  REQUIRE(problem({"priors=vamp"}) ==
          "--set priors: is not a setting; did you mean \"prior\"? Known: train.*, genes.*, split.*, seed, threads, "
          "device, preset, label, batch, loader, name, latent, encoder, decoder, flow, prior, likelihood, embedding, "
          "embedding_samples");
  REQUIRE(problem({"train..l1=3"}).starts_with("--set train..l1: is not a setting"));
}

TEST_CASE("a setting given twice is refused", "[config][settings]") {
  REQUIRE(problem({"latent=3", "latent=4"}) == "--set latent: is set twice; give it once");
  REQUIRE(problem({"prior=vamp", "prior=standard_normal"}) == "--set prior: is set twice; give it once");
  REQUIRE(problem({"latent=3", "latent.x=4"}) == "--set latent.x: is set twice; give it once");
}

TEST_CASE("an unknown component of a setting is told as the host tells it", "[config][settings]") {
  REQUIRE(problem({"prior=vmap"}).starts_with("--set prior: unknown prior \"vmap\"; did you mean \"vamp\"?"));
  REQUIRE(problem({"prior={ type = \"vamp\", component = 3 }"})
              .starts_with("--set prior: prior.component: is not a known key of prior \"vamp\"; did you mean "
                           "\"components\"?"));
  REQUIRE(problem({"prior=none", "flow=iaf"}) ==
          "--set prior: is \"none\" (a deterministic autoencoder), which cannot have the flow \"iaf\" (--set flow); "
          "write flow = \"identity\", or choose a prior");
}

TEST_CASE("a missing data file of a fit is an input error, not a configuration error", "[config][settings]") {
  Host host;
  try {
    fit_from_settings("/nowhere/cells.h5ad", "", {"latent=oops"}, host.host);
    FAIL("no error");
  } catch (const Error& error) {
    REQUIRE(error.status() == Status::io);
    REQUIRE(std::string(error.what()) == "/nowhere/cells.h5ad: there is no such file");
  }
}
