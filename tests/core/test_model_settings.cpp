// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>

#include "config_host.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace config_test;

namespace {

ExperimentConfig model(const std::string& toml, const std::vector<std::string>& settings) {
  Host host;
  return model_from_settings(toml, settings, host.host);
}

std::string problem(const std::string& toml, const std::vector<std::string>& settings) {
  return error_of([&] { model(toml, settings); });
}

}  // namespace

TEST_CASE("a model of settings is that of a fit with the same settings", "[config][settings]") {
  const std::vector<std::string> settings = {"train.max_epochs=20", "genes.space=dataset", "prior=vamp",
                                             "prior.components=100", "encoder.hidden=[256, 128]", "latent=10",
                                             "split.test=0.2"};
  const Folder folder;
  Host host;
  const ExperimentConfig fit = fit_from_settings(folder / "cells.h5ad", "", settings, host.host);
  const ExperimentConfig made = model_from_settings("", settings, host.host);
  REQUIRE(made.data.empty());
  REQUIRE(model_settings_toml(made) == model_settings_toml(fit));
  REQUIRE(model_toml_text(made.models.front()) == model_toml_text(fit.models.front()));
}

TEST_CASE("settings win over the text of a model", "[config][settings]") {
  const std::string toml =
      "schema = 1\n[train]\nmax_epochs = 7\nl1 = 0.5\n[[model]]\nlatent = 5\n"
      "prior = { type = \"vamp\", components = 9 }\n"
      "train = { max_epochs = 8 }\n";
  const ModelConfig plain = model(toml, {}).models.front();
  REQUIRE(plain.train.max_epochs == 8);
  REQUIRE(plain.prior.options.integer("components") == 9);
  const ModelConfig changed =
      model(toml, {"train.max_epochs=4", "prior.components=11", "latent=6"}).models.front();
  REQUIRE(changed.train.max_epochs == 4);
  REQUIRE(changed.train.l1 == 0.5);
  REQUIRE(changed.prior.options.integer("components") == 11);
  REQUIRE(changed.latent == 6);
  REQUIRE(model(toml, {"prior=vamp"}).models.front().prior.options.integer("components") == 9);
  REQUIRE(model(toml, {"prior=standard_normal"}).models.front().prior.type == "standard_normal");
}

TEST_CASE("the text of a model makes the same model", "[config][settings]") {
  const std::string text = model_settings_toml(model("", {"prior=vamp", "latent=3", "train.l2=0"}));
  REQUIRE(model_settings_toml(model(text, {})) == text);
}

TEST_CASE("what is no part of a model is refused with where it goes", "[config][settings]") {
  const std::string text = problem("schema = 1\nseeds = [1]\nthreads = 2\n[[data]]\npath = \"x\"\n", {"label=kind"});
  for (const char* words : {"model text:2:1: seeds: ", "given to the fit", "scprior_set_threads()",
                            "data: is no part of a model's description", "label: is no part"})
    REQUIRE(text.find(words) != std::string::npos);
}

TEST_CASE("everything wrong with a model is told at once, and names no program", "[config][settings]") {
  const std::string text = problem("schema = 1\n[train]\nmax_epoch = 3\n", {"latent=0", "priors=vamp", "split"});
  for (const char* words : {"model text:3:1: train.max_epoch", "latent: ", "priors: is not a setting", "KEY=VALUE"})
    REQUIRE(text.find(words) != std::string::npos);
  REQUIRE(text.find("--set") == std::string::npos);
  REQUIRE(problem("[[model]]\n[[model]]\n", {}).find("2 [[model]]") != std::string::npos);
}
