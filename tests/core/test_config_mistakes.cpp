// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "config_host.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace config_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

const std::filesystem::path golden = std::filesystem::path(SCPRIOR_TESTS_DIR) / "golden/config";

/// What is said of a file of this text, with the folder's path cut away.
std::string problem(const std::string& text) {
  const Folder folder;
  Host host;
  const auto file = folder.write("e.toml", text);
  return replaced(error_of([&] { load_experiment(file, host.host); }), (folder / "").string(), "");
}

}  // namespace

TEST_CASE("all mistakes of a file are reported at once, in its order", "[config][mistakes]") {
  Host host;
  std::ifstream in(golden / "mistakes_v1.txt");
  REQUIRE(in);
  std::string expected, line;
  std::getline(in, line);  // says what the file is
  while (std::getline(in, line)) expected += (expected.empty() ? "" : "\n") + line;
  const std::string got = error_of([&] { load_experiment(golden / "mistakes_v1.toml", host.host); });
  REQUIRE(replaced(got, golden.string() + "/", "") == expected);
}

TEST_CASE("a file that is no TOML says where", "[config][mistakes]") {
  REQUIRE_THAT(problem("schema = 1\ntitle = \"a\nb\"\n"), StartsWith("e.toml:2:"));
  REQUIRE_THAT(problem("schema = 1\nschema = 1\n"), StartsWith("e.toml:2:"));
  REQUIRE_THAT(problem("schema = 1\nseeds = [9223372036854775808]\n"), StartsWith("e.toml:2:"));
  REQUIRE_THAT(problem("cell,gene,count\n1,2,3\n"), StartsWith("e.toml:1:5: not valid TOML: "));
  REQUIRE_THAT(problem(std::string("\0\1\2\xff", 4)), StartsWith("e.toml:1:"));
  REQUIRE_THAT(problem("\x89HDF\r\n\x1a\n"), StartsWith("e.toml: is an HDF5 file (data), but a TOML file is wanted"));
}

TEST_CASE("a file that cannot be read says why", "[config][mistakes]") {
  const Folder folder;
  Host host;
  const auto said = [&](const std::string& name) {
    return error_of([&] { load_experiment(folder / name, host.host); });
  };
  REQUIRE_THAT(said("none.toml"), EndsWith("none.toml: there is no such file"));
  REQUIRE_THAT(said(""), ContainsSubstring("is a folder; name the TOML file"));
}

TEST_CASE("an empty file lacks a schema, data and models", "[config][mistakes]") {
  REQUIRE(problem("") ==
          "e.toml:1:1: schema: is required: write schema = 1 as the first line\n"
          "e.toml:1:1: data: there is no [[data]], so there is nothing to train on\n"
          "e.toml:1:1: model: there is no [[model]], so there is nothing to train");
}

TEST_CASE("a newer schema is refused at once, an older never was", "[config][mistakes]") {
  REQUIRE(problem("schema = 3\nwhatever = 1\n") ==
          concat("e.toml:1:10: schema: is 3, but this scprior (", SCPRIOR_VERSION_MAJOR, '.', SCPRIOR_VERSION_MINOR,
                 '.', SCPRIOR_VERSION_PATCH, ") reads schemas up to 1; needed: a newer scprior that reads schema 3"));
  REQUIRE(problem(replaced(experiment(), "schema = 1", "schema = 0")) == "e.toml:1:10: schema: is 0, must be 1");
  REQUIRE(problem(replaced(experiment(), "schema = 1", "schema = '1'")) ==
          "e.toml:1:10: schema: is \"1\", must be 1");
}

TEST_CASE("single and wrong brackets are explained", "[config][mistakes]") {
  REQUIRE(problem("schema = 1\n[data]\npath = \"cells.h5ad\"\n[[model]]\n") ==
          "e.toml:2:2: data: is a table; write [[data]], with double brackets: there may be several");
  REQUIRE(problem("schema = 1\ndata = [\"cells.h5ad\"]\nmodel = 3\n") ==
          "e.toml:2:9: data: is a list with \"cells.h5ad\", must hold tables: write [[data]]\n"
          "e.toml:3:1: model: is 3; write [[model]]");
  REQUIRE(problem(experiment("train = 3\nmodel_defaults = []\n")) ==
          "e.toml:2:9: train: is 3, must be a table: [train]\n"
          "e.toml:3:18: model_defaults: is a list, must be a table: [model_defaults]");
}

TEST_CASE("reals are not taken for integers, and must be finite", "[config][mistakes]") {
  REQUIRE(problem(experiment("seeds = [1.0]\n[train]\nmax_epochs = 10.0\nl1 = inf\nl2 = nan\nkl_weight = -0.5\n")) ==
          "e.toml:2:9: seeds: is [1.0] (list of real numbers), must be of type list of integers\n"
          "e.toml:4:14: train.max_epochs: is 10.0 (real number), must be of type integer\n"
          "e.toml:5:6: train.l1: is inf, must be finite\n"
          "e.toml:6:6: train.l2: is nan, must be finite\n"
          "e.toml:7:13: train.kl_weight: is -0.5, must be at least 0.0");
}

TEST_CASE("seeds are different and not negative", "[config][mistakes]") {
  REQUIRE(problem(experiment("seeds = [1, 2, 1]\n")) ==
          "e.toml:2:9: seeds: has 1 twice; a repeated fit is the same fit");
  REQUIRE(problem(experiment("seeds = [0, -1]\n")) == "e.toml:2:9: seeds: is [0, -1], must be at least 0");
  REQUIRE(problem(experiment("seeds = []\n")) ==
          "e.toml:2:9: seeds: is an empty list; write seeds = [0], for example");
}

TEST_CASE("names must differ and be usable as folders", "[config][mistakes]") {
  for (const char* name : {"a/b", "..", ".hidden", "tab\\there", "end. ", "a:b", "what?"}) {
    INFO(name);
    REQUIRE_THAT(problem(experiment("", concat("[[model]]\nname = '", name, "'\n"))),
                 ContainsSubstring("e.toml:6:8: model.name: is ") && ContainsSubstring("which cannot name a folder"));
  }
  REQUIRE(problem(experiment("", "[[model]]\nname = \"A\"\n[[model]]\nname = \"A\"\n")) ==
          "e.toml:8:8: model.name: is \"A\", which is taken (e.toml:6:8); names must differ");
  REQUIRE(problem(experiment("", "[[data]]\npath = \"cells.h5ad\"\n[[model]]\n")) ==
          "e.toml:5:1: data.name: is \"cells\", which is taken (e.toml:3:1); names must differ");
  for (const char* name : {"VAE-IAF", "IAF+VAMP", "β = 0.5 (µ)", "a.b"})
    REQUIRE(problem(experiment("", concat("[[model]]\nname = '", name, "'\n"))).empty());
}

TEST_CASE("metrics are a list of different known metrics", "[config][mistakes]") {
  REQUIRE(problem(experiment("metrics = []\n")) ==
          "e.toml:2:11: metrics: is an empty list, must be a list such as [\"silhouette\"]");
  REQUIRE(problem(experiment("metrics = \"silhouette\"\n")) ==
          "e.toml:2:11: metrics: is \"silhouette\", must be a list such as [\"silhouette\"]");
  REQUIRE(problem(experiment("metrics = [\"silhouette\", { type = \"silhouette\", max_cells = 10 }]\n")) ==
          "e.toml:2:26: metrics: has \"silhouette\" twice");
  REQUIRE_THAT(
      problem(experiment("metrics = [\"silhouete\", 4]\n")),
      StartsWith("e.toml:2:12: metrics: unknown metric \"silhouete\"; did you mean \"silhouette\"?") &&
          EndsWith("e.toml:2:25: metrics: is 4, must be a name, or a table { type = \"NAME\", OPTION = ... }"));
}

TEST_CASE("an autoencoder has no flow", "[config][mistakes]") {
  REQUIRE(problem(experiment("", R"([model_defaults]
flow = "iaf"
[[model]]
prior = "none"
[[model]]
prior = "none"
flow = "identity"
[[model]]
name = "C"
prior = { type = "none", components = 3 }
flow = "identity"
)")) ==
          "e.toml:8:9: model.prior: is \"none\" (a deterministic autoencoder), which cannot have the flow \"iaf\" "
          "(e.toml:6:8); write flow = \"identity\", or choose a prior\n"
          "e.toml:9:1: model.name: is \"AE\", which is taken (e.toml:7:1); names must differ\n"
          "e.toml:14:26: model.prior.components: is not a known key of prior \"none\"; known: type. "
          "It is a key of prior \"vamp\"");
}

TEST_CASE("a mistake in the defaults is told once, not once per model", "[config][mistakes]") {
  const std::string text = problem(experiment("", R"([model_defaults]
prior = "vmap"
encoder = { hidden = 3 }
[[model]]
name = "A"
[[model]]
name = "B"
)"));
  REQUIRE_THAT(text, StartsWith("e.toml:6:9: model_defaults.prior: unknown prior \"vmap\""));
  REQUIRE_THAT(text, EndsWith("\ne.toml:7:22: model_defaults.encoder.hidden: is 3 (integer), must be of type list of "
                              "integers"));
  REQUIRE(std::count(text.begin(), text.end(), '\n') == 1);
}

TEST_CASE("plugin paths that hold no plugin are told", "[config][mistakes]") {
  const std::string text = problem(experiment("[plugins]\npaths = [\"missing\", \"cells.h5ad\"]\n"));
  REQUIRE_THAT(text, ContainsSubstring("e.toml:3:9: plugins.paths: has \"missing\", but there is no file or folder"));
  REQUIRE_THAT(text, ContainsSubstring("e.toml:3:9: plugins.paths: cells.h5ad: "));
}

TEST_CASE("a preset's component that no plugin offers is told where it is needed", "[config][mistakes]") {
  const Folder folder;
  PluginHost nothing;
  const std::string text = error_of([&] {
    load_experiment(folder.write("e.toml", experiment("metrics = [\"x\"]\n")), nothing);
  });
  REQUIRE_THAT(text, ContainsSubstring("e.toml:6:1: model.likelihood: is the preset's choice, but not there: unknown "
                                       "likelihood \"nb\""));
}

TEST_CASE("what every model lacks is told once", "[config][mistakes]") {
  const Folder folder;
  PluginHost nothing;
  const std::string text = error_of([&] {
    const std::string two_models = "[[model]]\nname = \"A\"\n[[model]]\nname = \"B\"\n";
    load_experiment(folder.write("e.toml", experiment("", two_models)), nothing);
  });
  REQUIRE(std::count(text.begin(), text.end(), '\n') + 1 == 10);  // five metrics, five components
  REQUIRE_THAT(text, ContainsSubstring("e.toml:1:1: metrics: is the preset's choice, but not there: unknown metric"));
}
