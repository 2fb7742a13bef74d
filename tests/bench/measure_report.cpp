// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "measure.hpp"
#include "models.hpp"
#include "scprior/core/experiment.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/error.hpp"
#include "stopwatch.hpp"

namespace scprior::bench {

Measured measure_report(const MeasureArguments& arguments) {
  core::PluginHost host;
  host.load_standard_folders();
  std::vector<std::string> settings = model_settings(arguments);
  settings.insert(settings.end(), {"train.max_epochs=1", "train.steps_per_epoch=1"});
  core::ExperimentConfig config = core::fit_from_settings(arguments.data, "cell_type", settings, host);
  config.title = "bench";
  config.output = arguments.data.parent_path() / "report.scprior-results";
  Stopwatch since_training;
  core::RunEvents events;
  events.note = [](const std::string&) {};
  events.fit_begins = [](const core::FitJob&, bool) {};
  events.fit_progress = [&](const core::FitJob&, const core::FitProgress&) {
    since_training = {};
    return true;
  };
  events.fit_ends = [](const core::FitJob&, const core::FitRecord&, const core::FitOutcome&) {};
  const core::RunOutcome outcome = core::run_experiment(config, host, true, events);
  const double seconds = since_training.seconds();
  std::filesystem::remove_all(config.output);
  for (const std::string& failure : outcome.failures) fail(Status::data, failure);
  return {{{"seconds", seconds}}, {}};
}

}  // namespace scprior::bench
