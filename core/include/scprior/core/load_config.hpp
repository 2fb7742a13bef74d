// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scprior/core/config.hpp"
#include "scprior/core/plugin_host.hpp"
#include "scprior/options.hpp"

// From TOML files, or settings of the command line, to the resolved configuration, and back.

namespace scprior::core {

/// The newest `schema` of experiment files and model.toml that this version reads.
inline constexpr int64_t newest_schema = 1;

/// Reads and validates an experiment file. Paths in it are relative to its folder. The plugins it names ([plugins]
/// paths) are loaded into `host` first.
/// Errors: Error{config} with one line `file:line:column: key: text` for everything that is wrong, all at once.
SCPRIOR_API ExperimentConfig load_experiment(const std::filesystem::path& file, PluginHost& host);

/// One fit without a file: one data set, one model, one seed, and settings `KEY=VALUE` whose keys are those of the
/// TOML: `prior=vamp`, `prior.components=100`, `encoder.hidden=[256, 128]`, `latent=10`, `train.max_epochs=20`,
/// `genes.space=dataset`, `split.test=0.2`, `loader.layer=counts`, `label=cell_type`, `batch=donor`, `seed=3`,
/// `threads=2`, `device=cpu`, `name=...`, `preset=paper`. VALUE is a TOML value, or a text without quotes. Paths are
/// relative to the current folder. label "" = none, unless a setting names one.
/// Errors: Error{io} no such data file; Error{config} everything wrong with the settings, one line each:
/// `--set KEY: text`.
SCPRIOR_API ExperimentConfig fit_from_settings(const std::filesystem::path& data, const std::string& label,
                                               const std::vector<std::string>& settings, const PluginHost& host);

/// A model without data: the text of an experiment file without [[data]] and with at most one [[model]] ("" = the
/// preset), and settings as those of fit_from_settings, which win over the text. Neither may name seeds, threads, data
/// or metrics. Paths are relative to the current folder. With the same settings a fit is that of fit_from_settings.
/// Errors: Error{config} everything wrong with text and settings: `model text:line:column: key: text`, `KEY: text`.
SCPRIOR_API ExperimentConfig model_from_settings(const std::string& toml, const std::vector<std::string>& settings,
                                                 const PluginHost& host);

/// What model_from_settings made, as a text that makes the same, with every default written out.
SCPRIOR_API std::string model_settings_toml(const ExperimentConfig& config);

/// The whole configuration as an experiment file with every default written out. Loading it gives the same text again.
SCPRIOR_API std::string resolved_toml(const ExperimentConfig& config);

/// As above, of one fit of it; what does not change the result (output folder, title, threads, plugin paths) is left
/// out. Two equal texts are the same fit.
SCPRIOR_API std::string fit_toml(const ExperimentConfig& config, const DataConfig& data, const ModelConfig& model,
                                 int64_t seed);

/// One table of an experiment file, as `scprior describe` prints it.
struct ConfigSection {
  std::string header;  ///< "[train]", "[[model]]"; "" = the keys before the first header
  std::string doc;
  const OptionTable* options;
};
SCPRIOR_API const std::vector<ConfigSection>& config_sections();

SCPRIOR_API const OptionTable& experiment_options();  ///< keys before the first header
SCPRIOR_API const OptionTable& plugin_options();      ///< [plugins]
SCPRIOR_API const OptionTable& gene_options();        ///< [genes]
SCPRIOR_API const OptionTable& split_options();       ///< [split]
SCPRIOR_API const OptionTable& train_options();       ///< [train], and `train` of a model
SCPRIOR_API const OptionTable& data_options();        ///< [[data]]
SCPRIOR_API const OptionTable& model_options();       ///< [[model]], and [model_defaults] without `name`

}  // namespace scprior::core
