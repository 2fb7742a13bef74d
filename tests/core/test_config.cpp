// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "config_host.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace config_test;

namespace {

const std::filesystem::path golden = std::filesystem::path(SCPRIOR_TESTS_DIR) / "golden/config";

ExperimentConfig loaded(const std::string& text) {
  const Folder folder;
  Host host;
  return load_experiment(folder.write("e.toml", text), host.host);
}

}  // namespace

TEST_CASE("the smallest experiment is the paper's VAE with every default filled in", "[config]") {
  Host host;
  const ExperimentConfig config = load_experiment(golden / "minimal_v1.toml", host.host);
  REQUIRE(config.title == "minimal_v1");
  REQUIRE(config.output == golden / "minimal_v1.results");
  REQUIRE(config.seeds == std::vector<int64_t>{0, 1, 2});
  REQUIRE(config.metrics.size() == 5);
  REQUIRE(config.metrics[3].options.integer("max_cells") == 100000);
  REQUIRE(config.genes.space == "GRCh38.97.protein_coding");
  REQUIRE(config.data.size() == 1);
  REQUIRE(config.data[0].name == "placeholder");
  REQUIRE(config.data[0].path == golden / "placeholder.h5ad");
  REQUIRE(config.data[0].loader.type.empty());
  REQUIRE(config.models.size() == 1);
  const ModelConfig& model = config.models[0];
  REQUIRE(model.name == "VAE");
  REQUIRE(model.latent == 128);
  REQUIRE(model.encoder.type == "mlp");
  REQUIRE(model.encoder.options.integers("hidden") == std::vector<int64_t>{512, 256});
  REQUIRE(model.decoder.type == "mlp");
  REQUIRE(model.flow.type == "identity");
  REQUIRE(model.prior.type == "standard_normal");
  REQUIRE(model.likelihood.options.text("dispersion") == "gene-cell");
  REQUIRE(model.train.learning_rate == 5e-5);
  REQUIRE(model.train.stop_patience == 100);
  REQUIRE_FALSE(model.is_autoencoder());
}

TEST_CASE("every key of schema 1 is read", "[config]") {
  Host host;
  const ExperimentConfig config = load_experiment(golden / "complete_v1.toml", host.host);
  REQUIRE(config.title == "Every key of schema 1");
  REQUIRE(config.output == golden / "results/complete");
  REQUIRE(config.seeds == std::vector<int64_t>{7, 0});
  REQUIRE(config.threads == 2);
  REQUIRE(config.device == "cuda:1");
  REQUIRE(config.metrics.size() == 2);
  REQUIRE(config.metrics[1].options.integer("max_cells") == 1000);
  REQUIRE(config.genes.space == (golden / "genes.txt").string());
  REQUIRE(config.split.test == 0.25);
  REQUIRE(config.split.validation == 0.0);
  REQUIRE(config.split.seed == 11);
  REQUIRE(config.split.group == "donor");
  REQUIRE(config.data.size() == 2);
  REQUIRE(config.data[0].loader.options.text("layer") == "counts");
  REQUIRE(config.data[0].label == "cell_type");
  REQUIRE(config.data[0].batch == "donor");
  REQUIRE(config.data[1].loader.type == "h5ad");

  REQUIRE(config.models.size() == 3);
  const ModelConfig& vamp = config.models[0];
  REQUIRE(vamp.latent == 32);
  REQUIRE(vamp.prior.options.integer("components") == 200);
  REQUIRE_FALSE(vamp.prior.options.boolean("tied"));
  REQUIRE(vamp.embedding == "mode-path");
  REQUIRE(vamp.embedding_samples == 8);
  const TrainConfig& train = vamp.train;
  REQUIRE(train.max_epochs == 30);
  REQUIRE(train.steps_per_epoch == 20);
  REQUIRE(train.batch_size == 64);
  REQUIRE(train.learning_rate == 2e-3);
  REQUIRE(train.beta1 == 0.8);
  REQUIRE(train.beta2 == 0.99);
  REQUIRE(train.epsilon == 1e-8);
  REQUIRE(train.l1 == 0.0);
  REQUIRE(train.l2 == 1.0);
  REQUIRE(train.plateau_factor == 0.1);
  REQUIRE(train.plateau_patience == 3);
  REQUIRE(train.stop_patience == 9);
  REQUIRE(train.kl_weight == 0.5);
  REQUIRE(train.kl_warmup_epochs == 4);
  REQUIRE(train.samples == 2);
  REQUIRE(config.models[1].is_autoencoder());
  REQUIRE(config.models[1].train.max_epochs == 25);
  REQUIRE(config.models[2].decoder.type == "linear");
}

TEST_CASE("a model inherits from [model_defaults], and that from the preset", "[config][inheritance]") {
  const ExperimentConfig config = loaded(experiment("[train]\nmax_epochs = 10\nbatch_size = 50\n", R"(
[model_defaults]
latent = 16
prior = { type = "vamp", components = 40, tied = false }
train = { batch_size = 60, l1 = 0 }
[[model]]
name = "as the defaults"
[[model]]
name = "option only"
prior = { components = 7 }
[[model]]
name = "type named again"
prior = "vamp"
train = { max_epochs = 3 }
[[model]]
name = "other type"
prior = "standard_normal"
latent = 8
)"));
  const auto& models = config.models;
  REQUIRE(models[0].prior.options.integer("components") == 40);
  REQUIRE(models[1].prior.options.integer("components") == 7);
  REQUIRE_FALSE(models[1].prior.options.boolean("tied"));
  REQUIRE(models[2].prior.options.integer("components") == 40);
  REQUIRE(models[3].prior.options.values().empty());
  REQUIRE(models[0].latent == 16);
  REQUIRE(models[3].latent == 8);
  REQUIRE(models[0].train.max_epochs == 10);
  REQUIRE(models[0].train.batch_size == 60);
  REQUIRE(models[0].train.l1 == 0);
  REQUIRE(models[2].train.max_epochs == 3);
  REQUIRE(models[2].train.batch_size == 60);
}

TEST_CASE("options of another type are not inherited", "[config][inheritance]") {
  const std::string text = experiment("", R"(
[model_defaults]
prior = { type = "vamp", components = 40 }
[[model]]
prior = { type = "standard_normal", components = 4 }
)");
  REQUIRE_THAT(error_of([&] { loaded(text); }),
               Catch::Matchers::ContainsSubstring(
                   "9:37: model.prior.components: is not a known key of prior \"standard_normal\"; known: type. "
                   "It is a key of prior \"vamp\""));
}

TEST_CASE("an option without a default may be left to the models", "[config][inheritance]") {
  const std::string defaults = "[model_defaults]\nprior = \"exemplar\"\n[[model]]\n";
  const ExperimentConfig config = loaded(experiment("", defaults + "prior = { exemplars = 12 }\n"));
  REQUIRE(config.models[0].prior.options.integer("exemplars") == 12);
  REQUIRE_THAT(error_of([&] { loaded(experiment("", defaults)); }),
               Catch::Matchers::ContainsSubstring("7:1: model.prior.exemplars: is required: cells kept"));
}

TEST_CASE("models without a name are named after their components", "[config]") {
  const ExperimentConfig config = loaded(experiment("", R"(
[[model]]
[[model]]
prior = "none"
[[model]]
prior = "vamp"
flow = "iaf"
)"));
  REQUIRE(config.models[0].name == "VAE");
  REQUIRE(config.models[1].name == "AE");
  REQUIRE(config.models[2].name == "VAE-IAF-VAMP");
}

TEST_CASE("integers are taken for reals", "[config]") {
  const ExperimentConfig config = loaded(experiment(
      "[train]\nkl_weight = 2\n", "[[model]]\nprior = { type = \"vamp\", scale = 3, weights = [1, 2.5] }\n"));
  REQUIRE(config.models[0].train.kl_weight == 2.0);
  REQUIRE(config.models[0].prior.options.real("scale") == 3.0);
  REQUIRE(config.models[0].prior.options.reals("weights") == std::vector<double>{1.0, 2.5});
}

TEST_CASE("a loader table without a type takes the loader that recognises the file", "[config]") {
  const Folder folder;
  Host host;
  const std::string text =
      "schema = 1\n[[data]]\npath = \"cells.h5ad\"\nloader = { layer = \"counts\" }\n[[model]]\n";
  const auto file = folder.write("e.toml", text);
  const ExperimentConfig config = load_experiment(file, host.host);
  REQUIRE(config.data[0].loader.type == "h5ad");
  REQUIRE(config.data[0].loader.options.text("layer") == "counts");

  folder.write("cells.xyz", "");
  folder.write("e.toml", replaced(text, "cells.h5ad", "cells.xyz"));
  REQUIRE_THAT(error_of([&] { load_experiment(file, host.host); }),
               Catch::Matchers::EndsWith("e.toml:4:10: data.loader: does not say which: add type = \"NAME\""));
}

TEST_CASE("the tables of options name every field that is written, with its default", "[config]") {
  const std::string text = resolved_toml(loaded(experiment()));
  for (const OptionTable* table : {&train_options(), &split_options(), &gene_options()})
    for (const OptionSpec& spec : *table) {
      INFO(spec.name);
      REQUIRE_FALSE(spec.doc.empty());
      const std::string line = "\n" + spec.name + " = " + to_toml(*spec.default_value) + "\n";
      REQUIRE_THAT(text, Catch::Matchers::ContainsSubstring(line));
    }
  for (const OptionSpec& spec : model_options()) {
    INFO(spec.name);
    const bool value = text.find("\n" + spec.name + " = ") != std::string::npos;
    const bool table = text.find("\n[model." + spec.name + "]\n") != std::string::npos;
    REQUIRE((value || table));
  }
  REQUIRE(config_sections().size() == 8);
}

TEST_CASE("the example experiments are valid", "[config][examples]") {
  const std::filesystem::path examples = std::filesystem::path(SCPRIOR_TESTS_DIR) / "../examples/experiments";
  Host host;
  const ExperimentConfig quickstart = load_experiment(examples / "quickstart.toml", host.host);
  std::vector<std::string> names;
  for (const ModelConfig& model : quickstart.models) names.push_back(model.name);
  REQUIRE(names == std::vector<std::string>{"AE", "VAE", "VAE-IAF", "VAE-VAMP", "IAF+VAMP"});

  const ExperimentConfig paper = load_experiment(examples / "paper.toml", host.host);
  REQUIRE(paper.seeds == std::vector<int64_t>{0, 1, 2});
  for (const ModelConfig& model : paper.models)
    REQUIRE(model_toml_text(model).substr(model_toml_text(model).find("[model.train]")) ==
            model_toml_text(ModelConfig()).substr(model_toml_text(ModelConfig()).find("[model.train]")));
}
