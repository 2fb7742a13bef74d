// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "config_host.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace config_test;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::filesystem::path golden = std::filesystem::path(SCPRIOR_TESTS_DIR) / "golden/config";

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

ModelFile example_file(const PluginHost& host) {
  ModelFile file;
  const std::vector<std::string> settings = {"prior.type=vamp", "prior.components=9", "flow=iaf"};
  file.model = fit_from_settings(golden / "placeholder.h5ad", "", settings, host).models[0];
  file.split.group = "a \"quoted\"\tgroup\\ with é and \x01";
  file.genes.space = "dataset";
  file.scprior_version = "0.1.0";
  file.data_name = "cells";
  file.seed = 4;
  file.n_genes = 20000;
  file.plugins = plugins_of(file.model, host);
  return file;
}

}  // namespace

TEST_CASE("a resolved configuration loads again as itself", "[config][written]") {
  for (const char* name : {"minimal_v1.toml", "complete_v1.toml"}) {
    Host host;
    const Folder folder;
    const std::string text = resolved_toml(load_experiment(golden / name, host.host));
    const ExperimentConfig again = load_experiment(folder.write("resolved.toml", text), host.host);
    REQUIRE(resolved_toml(again) == text);
  }
}

TEST_CASE("a resolved configuration names what the file left out", "[config][written]") {
  Host host;
  const std::string text = resolved_toml(load_experiment(golden / "minimal_v1.toml", host.host));
  for (const char* expected :
       {"seeds = [0, 1, 2]\n", "{ type = \"silhouette\", max_cells = 100000 }", "[model.encoder]\ntype = \"mlp\"\n",
        "hidden = [512, 256]\n", "learning_rate = 5e-05\n", "[model.prior]\ntype = \"standard_normal\"\n"})
    REQUIRE_THAT(text, ContainsSubstring(expected));
}

TEST_CASE("the text of a fit changes with the fit, not with the output folder", "[config][written]") {
  Host host;
  const ExperimentConfig config = load_experiment(golden / "complete_v1.toml", host.host);
  ExperimentConfig elsewhere = config;
  elsewhere.output = "/elsewhere";
  elsewhere.title = "another";
  elsewhere.threads = 9;
  const std::string text = fit_toml(config, config.data[0], config.models[0], 7);
  REQUIRE(fit_toml(elsewhere, config.data[0], config.models[0], 7) == text);
  REQUIRE(fit_toml(config, config.data[0], config.models[0], 0) != text);
  REQUIRE(fit_toml(config, config.data[1], config.models[0], 7) != text);
  REQUIRE(fit_toml(config, config.data[0], config.models[1], 7) != text);
  elsewhere.split.test = 0.3;
  REQUIRE(fit_toml(elsewhere, config.data[0], config.models[0], 7) != text);
}

TEST_CASE("a model file is read as it was written", "[config][model_file]") {
  Host host;
  const ModelFile file = example_file(host.host);
  REQUIRE(file.plugins == std::map<std::string, std::string>{{"fakes", "1.2.3"}});
  const std::string text = write_model_toml(file);
  const ModelFile again = read_model_toml(text, "model.toml", host.host);
  REQUIRE(write_model_toml(again) == text);
  REQUIRE(again.model.name == "VAE-IAF-VAMP");
  REQUIRE(again.model.prior.options.integer("components") == 9);
  REQUIRE(again.split.group == file.split.group);
  REQUIRE(again.genes.space == "dataset");
  REQUIRE(again.seed == 4);
  REQUIRE(again.n_genes == 20000);
  REQUIRE(again.data_name == "cells");
  REQUIRE(again.plugins == file.plugins);

  const ModelConfig model = read_model_config(model_toml_text(file.model), "text", host.host);
  REQUIRE(model_toml_text(model) == model_toml_text(file.model));
}

TEST_CASE("a model file of version 0.1 is read", "[config][model_file]") {
  Host host;
  const ModelFile file = read_model_toml(file_text(golden / "model_v1.toml"), "model_v1.toml", host.host);
  REQUIRE(file.scprior_version == "0.1.0");
  REQUIRE(file.model.name == "VAE-VAMP");
  REQUIRE(file.model.prior.options.integer("components") == 50);
  REQUIRE(file.model.prior.options.real("scale") == 1.5);  // the file is older than this option
  REQUIRE(file.model.train.max_epochs == 20);
  REQUIRE(file.label == "cell_type");
}

TEST_CASE("a model whose plugin is missing says which one it was", "[config][model_file]") {
  Host host;
  ModelFile file = example_file(host.host);
  file.plugins = {{"prior_special", "0.7.0"}};
  const std::string text = replaced(write_model_toml(file), "type = \"vamp\"", "type = \"special\"");
  const std::string error = error_of([&] { read_model_toml(text, "model.toml", host.host); });
  REQUIRE_THAT(error, ContainsSubstring("model.prior: unknown prior \"special\""));
  REQUIRE_THAT(error, ContainsSubstring("plugin \"prior_special\" 0.7.0, which is not loaded here"));
}

TEST_CASE("a model file of a newer schema is refused with the version that wrote it", "[config][model_file]") {
  Host host;
  ModelFile file = example_file(host.host);
  file.scprior_version = "9.1.0";
  const std::string text = replaced(write_model_toml(file), "schema = 1", "schema = 2\nunheard_of = true");
  const std::string error = error_of([&] { read_model_toml(text, "m/model.toml", host.host); });
  REQUIRE_THAT(error, ContainsSubstring("m/model.toml:3:10: schema: is 2"));
  REQUIRE_THAT(error, ContainsSubstring("scprior 9.1.0 (which wrote the file) or newer"));
  REQUIRE(error.find("unheard_of") == std::string::npos);
}

TEST_CASE("a text that is no model file is refused", "[config][model_file]") {
  Host host;
  REQUIRE_THAT(error_of([&] { read_model_toml("", "model.toml", host.host); }),
               ContainsSubstring("model: there is no [model], so this is no model file"));
  REQUIRE_THAT(error_of([&] { read_model_toml("schema = 1\n[model]\nlatent = ", "model.toml", host.host); }),
               ContainsSubstring("model.toml:3:"));
  REQUIRE_THAT(error_of([&] { read_model_toml(experiment(), "e.toml", host.host); }),
               ContainsSubstring("data: is not a known key of a model file"));
}
