// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "commands.hpp"
#include "scprior/core/dataset_summary.hpp"
#include "scprior/core/experiment.hpp"
#include "scprior/core/load_config.hpp"
#include "open_data.hpp"

namespace scprior::app {

int check(const std::string& file, core::PluginHost& host) {
  const core::ExperimentConfig config = core::load_experiment(file, host);
  core::check_data(config, host);
  const size_t fits = config.data.size() * config.models.size() * config.seeds.size();
  fmt::print("{}: valid: {} data set{}, {} model{}, {} seed{}, {} fit{}; results go to {}\n", file, config.data.size(),
             config.data.size() == 1 ? "" : "s", config.models.size(), config.models.size() == 1 ? "" : "s",
             config.seeds.size(), config.seeds.size() == 1 ? "" : "s", fits, fits == 1 ? "" : "s",
             config.output.string());
  return 0;
}

int info(const InfoArguments& arguments, core::PluginHost& host) {
  const core::DataConfig config = data_config(arguments.data, arguments.settings, host);
  fmt::print("{}", core::to_text(core::summarise_dataset(config, core::GeneConfig{}, host)));
  return 0;
}

}  // namespace scprior::app
