// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "scprior/core/load_config.hpp"
#include "scprior/core/model_file.hpp"
#include "scprior/plugin.hpp"
#include "scprior/testing/temporary_folder.hpp"

// Component tables without plugin files, for the tests of the configuration.

namespace config_test {

/// Takes every file whose name ends in ".h5ad".
class FakeLoader : public scprior::Loader {
 public:
  explicit FakeLoader(const scprior::Options&) {}
  static scprior::OptionTable options() {
    return {scprior::option::text("layer", "", "layer to read"), scprior::option::boolean("raw", false, "read raw")};
  }
  bool recognises(const std::string& path) const noexcept override { return path.ends_with(".h5ad"); }
  scprior::DatasetInfo open(const std::string&) override { return {}; }
  scprior::CountBlock read(std::span<const int64_t>) const override { return {}; }
};

inline scprior::ComponentSpec fake(scprior_kind kind, const char* name, scprior::OptionTable options) {
  return {kind, {.name = name, .summary = "for tests"}, std::move(options),
          [](const scprior_host*, const scprior_options*, void**) -> int32_t { return SCPRIOR_E_UNSUPPORTED; }};
}

inline scprior::OptionSpec required_integer(const char* name, const char* doc) {
  scprior::OptionSpec spec;
  spec.name = name;
  spec.doc = doc;
  return spec;
}

inline const scprior_plugin* fake_plugin() {
  using namespace scprior;
  static const PluginDescriptor descriptor(
      PluginInfo{.id = "fakes", .version = "1.2.3"}, scprior::detail::build_facts(),
      {component<FakeLoader>({.name = "h5ad", .summary = "for tests"}),
       fake(SCPRIOR_KIND_ENCODER, "mlp",
            {option::integers("hidden", {512, 256}, "widths").at_least(1),
             option::real("dropout", 0.2, "share").below(1),
             option::real("batch_norm_momentum", 0.99, "share").below(1),
             option::choice("activation", {"tanh", "relu"}, "tanh", "non-linearity")}),
       fake(SCPRIOR_KIND_DECODER, "mlp",
            {option::integers("hidden", {256, 512}, "widths").at_least(1),
             option::real("dropout", 0.2, "share").below(1),
             option::real("batch_norm_momentum", 0.99, "share").below(1),
             option::choice("activation", {"tanh", "relu"}, "tanh", "non-linearity")}),
       fake(SCPRIOR_KIND_DECODER, "linear", {}),
       fake(SCPRIOR_KIND_FLOW, "identity", {}),
       fake(SCPRIOR_KIND_FLOW, "iaf", {option::integer("steps", 5, "flow steps").at_least(1)}),
       fake(SCPRIOR_KIND_PRIOR, "standard_normal", {}),
       fake(SCPRIOR_KIND_PRIOR, "vamp",
            {option::integer("components", 500, "pseudo-inputs").at_least(1), option::boolean("tied", true, "tied"),
             option::real("scale", 1.5, "a positive number").above(0), option::texts("tags", {}, "texts"),
             option::reals("weights", {1.0}, "numbers")}),
       fake(SCPRIOR_KIND_PRIOR, "exemplar", {required_integer("exemplars", "cells kept").at_least(1)}),
       fake(SCPRIOR_KIND_LIKELIHOOD, "nb",
            {option::choice("dispersion", {"gene-cell", "gene", "constant"}, "gene-cell", "dispersion")}),
       fake(SCPRIOR_KIND_METRIC, "active_units", {}), fake(SCPRIOR_KIND_METRIC, "principal_components", {}),
       fake(SCPRIOR_KIND_METRIC, "reconstruction_loss", {}),
       fake(SCPRIOR_KIND_METRIC, "silhouette", {option::integer("max_cells", 100000, "cells").at_least(2)}),
       fake(SCPRIOR_KIND_METRIC, "latent_covariance", {})});
  return descriptor.get();
}

struct Host {
  scprior::core::PluginHost host;
  Host() { host.add_static(fake_plugin()); }
};

/// With a data file `cells.h5ad` in it.
struct Folder : scprior::testing::TemporaryFolder {
  Folder() { write("cells.h5ad", ""); }
};

/// The text of the Error that `body` throws; "" if it throws none.
template <class Body>
std::string error_of(Body body) {
  try {
    body();
  } catch (const scprior::Error& error) {
    return error.what();
  }
  return "";
}

/// Every `from` in `text` replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// The smallest experiment, with `extra` behind its top-level keys.
inline std::string experiment(const std::string& top = "", const std::string& rest = "[[model]]\nname = \"VAE\"\n") {
  return "schema = 1\n" + top + "\n[[data]]\npath = \"cells.h5ad\"\n" + rest;
}

}  // namespace config_test
