// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <numeric>

#include "measure.hpp"
#include "memory.hpp"
#include "models.hpp"
#include "samples.hpp"
#include "scprior/core/fit.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/core/memory_source.hpp"
#include "step_clock.hpp"

namespace scprior::bench {
namespace {

/// An epoch that nobody waits for: the clock ends the fit.
constexpr int64_t endless = 1'000'000;

double weights_of(const core::Model& model) {
  double n = 0;
  for (const Module::Entry& entry : model.entries()) n += static_cast<double>(entry.tensor->numel());
  return n;
}

}  // namespace

Measured measure_train(const MeasureArguments& arguments) {
  core::PluginHost host;
  host.load_standard_folders();
  const double program_bytes = resident_memory().now;
  const Prepared prepared = prepare(arguments, host);
  const core::CellSource& cells = *prepared.data.cells;
  const core::Split split = whole_batches(cells.n_cells(), arguments.batch);
  core::Model model = core::build_model(prepared.config.models.front(), prepared.data.space, host, 0);

  StepClock clock(arguments.seconds);
  core::FitOptions options;
  options.train = model.config.train;
  options.train.max_epochs = endless;
  options.progress = [&](const core::FitProgress& progress) { return clock.tell(progress); };
  const core::FitOutcome outcome = core::fit(model, cells, split, options);
  if (outcome.stop != core::StopReason::cancelled)
    fail(Status::numeric, "the fit ended by itself (", to_text(outcome.stop), ") ", outcome.message);

  const double step = summarise(clock.steps()).median, peak = resident_memory().peak;
  Measured out;
  out.values = {{"step_seconds", step},
                {"cells_per_second", static_cast<double>(arguments.batch) / step},
                {"steps", static_cast<double>(clock.steps().size())},
                {"weights", weights_of(model)},
                {"program_bytes", program_bytes},
                {"peak_bytes", peak},
                {"nonzeros_per_cell", prepared.data.report.density * static_cast<double>(cells.n_genes())}};
  if (const auto* memory = dynamic_cast<const core::MemorySource*>(&cells)) {
    out.values["data_bytes"] = static_cast<double>(memory->bytes());
    out.values["beyond_data_bytes"] = peak - static_cast<double>(memory->bytes());
  }
  return out;
}

Measured measure_first_step(const MeasureArguments& arguments) {
  core::PluginHost host;
  host.load_standard_folders();
  // What `scprior train DATA` does, with its own defaults, in the order of core::train_model.
  const std::string prior = arguments.model == "VAMP" ? "prior=vamp" : "prior=standard_normal";
  const core::ExperimentConfig config = core::fit_from_settings(arguments.data, "", {prior}, host);
  const core::Dataset data = core::load_dataset(config.data.front(), config.genes, host);
  const core::Split split = core::split_cells(data, config.split, 0);
  core::Model model = core::build_model(config.models.front(), data.space, host, 0);
  double seconds = std::numeric_limits<double>::quiet_NaN();
  core::FitOptions options;
  options.train = model.config.train;
  options.progress = [&](const core::FitProgress&) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    seconds = static_cast<double>(std::chrono::nanoseconds(now).count() - arguments.started) / 1e9;
    return false;
  };
  core::fit(model, *data.cells, split, options);
  return {{{"seconds", seconds}}, {}};
}

Measured measure_loss(const MeasureArguments& arguments) {
  core::PluginHost host;
  host.load_standard_folders();
  const Prepared prepared = prepare(arguments, host);
  const core::CellSource& cells = *prepared.data.cells;
  const core::Split split = whole_batches(cells.n_cells(), arguments.batch);
  core::Model model = core::build_model(prepared.config.models.front(), prepared.data.space, host, 0);
  core::FitOptions options;
  options.train = model.config.train;
  const int64_t per_pass = static_cast<int64_t>(split.train.size()) / arguments.batch;
  options.train.steps_per_epoch = std::gcd(arguments.steps, std::min<int64_t>(25, per_pass));
  options.train.max_epochs = arguments.steps / options.train.steps_per_epoch;
  options.train.stop_patience = options.train.max_epochs;
  const core::FitOutcome outcome = core::fit(model, cells, split, options);
  if (outcome.history.empty()) fail(Status::numeric, outcome.message);
  const core::EpochRecord& last = outcome.history.back();
  return {{{"steps", static_cast<double>(last.epoch * options.train.steps_per_epoch)},
           {"train_loss", last.train_loss},
           {"validation_loss", last.validation_loss}},
          {}};
}

}  // namespace scprior::bench
