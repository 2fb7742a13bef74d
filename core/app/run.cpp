// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "commands.hpp"
#include "interrupt.hpp"
#include "progress.hpp"
#include "scprior/core/experiment.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/core/process.hpp"

namespace scprior::app {
namespace {

std::string title_of(const core::FitJob& job) {
  return fmt::format("[{}/{}] {} / {} / seed {}", job.number, job.total, job.data->name, job.model->name, job.seed);
}

void print_tables(const std::vector<core::FitRecord>& records) {
  const bool ansi = isatty(STDOUT_FILENO) != 0;
  for (const core::ResultTable& table : core::paper_tables(records)) fmt::print("\n{}", core::to_text(table, ansi));
  fmt::print("\n{}", core::to_text(core::training_table(records), ansi));
  fmt::print("{} best of the models with a prior; {} an autoencoder that is at least as good\n", ansi ? "bold:" : "*",
             ansi ? "italic:" : "_");
}

}  // namespace

int run(const RunArguments& arguments, core::PluginHost& host) {
  core::ExperimentConfig config = core::load_experiment(arguments.file, host);
  if (arguments.threads >= 0) config.threads = arguments.threads;
  core::prepare_process(config.threads);
  catch_interrupt();

  std::unique_ptr<ProgressLine> line;
  core::RunEvents events;
  events.note = [&](const std::string& text) {
    line.reset();
    fmt::print(stderr, "{}\n", text);
  };
  events.fit_begins = [&](const core::FitJob& job, bool skipped) {
    line = std::make_unique<ProgressLine>(title_of(job));
    if (skipped) fmt::print(stderr, "{}  complete already, skipped\n", title_of(job));
  };
  events.fit_progress = [&](const core::FitJob&, const core::FitProgress& progress) {
    line->show(progress);
    return !interrupted();
  };
  events.fit_ends = [&](const core::FitJob& job, const core::FitRecord& record, const core::FitOutcome& outcome) {
    line.reset();
    fmt::print(stderr, "{}  {} epochs ({}), best {}, test loss {:.1f}, {} at {:.0f} cells/s\n", title_of(job),
               record.epochs, to_text(outcome.stop), record.best_epoch, record.test_loss,
               duration_text(outcome.seconds), outcome.cells_per_second);
  };
  const core::RunOutcome outcome = core::run_experiment(config, host, arguments.force, events);
  line.reset();
  if (!outcome.records.empty()) {
    print_tables(outcome.records);
    fmt::print("\nreport: {}\n", outcome.report.string());
  }
  for (const std::string& failure : outcome.failures) fmt::print(stderr, "scprior: not completed: {}\n", failure);
  if (outcome.cancelled)
    fmt::print(stderr, "scprior: stopped on request; the same command goes on with the fits that are missing\n");
  if (outcome.unusable_data) return data_problem;
  return outcome.cancelled || !outcome.failures.empty() ? not_done : done;
}

}  // namespace scprior::app
