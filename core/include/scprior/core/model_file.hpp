// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "scprior/core/config.hpp"
#include "scprior/core/plugin_host.hpp"

namespace scprior::core {

/// What the model.toml of a model folder says: how to build the model again, and where it came from.
struct ModelFile {
  ModelConfig model;
  GeneConfig genes;  ///< for information: the genes themselves are in genes.tsv
  SplitConfig split;
  std::string scprior_version;  ///< that wrote the file
  std::string data_name;
  std::string label;  ///< obs column; "" = none
  std::string batch;  ///< obs column; "" = none
  int64_t seed = 0;
  int64_t n_genes = 0;                         ///< G
  int64_t n_cells = 0;                         ///< N of the training data, all parts together; 0 = unknown
  std::map<std::string, std::string> plugins;  ///< id -> version, of the plugins that the components came from
};

/// Ids and versions of the plugins that the model's components come from.
SCPRIOR_API std::map<std::string, std::string> plugins_of(const ModelConfig& model, const PluginHost& host);

/// The text of a model.toml, every default written out.
SCPRIOR_API std::string write_model_toml(const ModelFile& file);

/// Reads such a text; `source` names it in messages. Options that a newer component added get their defaults.
/// Errors: Error{config} as load_experiment; a component that no plugin offers (with the version of the plugin that was
/// used); a schema newer than this version reads (with the version that wrote it).
SCPRIOR_API ModelFile read_model_toml(const std::string& text, const std::string& source, const PluginHost& host);

/// The [model] tables alone, and back: a model description for programs that train without an experiment file.
SCPRIOR_API std::string model_toml_text(const ModelConfig& model);
SCPRIOR_API ModelConfig read_model_config(const std::string& text, const std::string& source, const PluginHost& host);

}  // namespace scprior::core
