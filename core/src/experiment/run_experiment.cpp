// SPDX-License-Identifier: Apache-2.0
#include <ATen/Parallel.h>

#include <set>

#include "experiment/fit_folder.hpp"
#include "experiment/make_record.hpp"
#include "io/replace_file.hpp"
#include "scprior/core/exception_text.hpp"
#include "scprior/core/experiment.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/core/process.hpp"
#include "scprior/core/report.hpp"

namespace scprior::core {
namespace {

namespace fs = std::filesystem;

struct Run {
  const ExperimentConfig& config;
  const PluginHost& host;
  const bool force;
  const RunEvents& events;
  RunOutcome outcome;
  std::vector<DataSummary> summaries;

  /// One fit, from its folder if it is complete there.
  void do_fit(const Dataset& data, const FitJob& job) {
    const fs::path folder = fit_folder(config.output, job);
    if (!force) {
      if (auto stored = stored_record(folder, fit_identity(config, data, job, host))) {
        events.fit_begins(job, true);
        outcome.records.push_back(std::move(*stored));
        return;
      }
    }
    events.fit_begins(job, false);
    fs::remove(folder / "fit.json");
    TrainedModel trained = train_model(data, *job.model, config, job.seed, host, [&](const FitProgress& progress) {
      return events.fit_progress(job, progress);
    });
    if (trained.outcome.stop == StopReason::cancelled || trained.outcome.stop == StopReason::not_finite) {
      save_model(folder, trained.model, trained.file);
      write_history(folder / "history.csv", trained.outcome.history);
      if (trained.outcome.stop == StopReason::not_finite) throw Error(Status::numeric, trained.outcome.message);
      outcome.cancelled = true;
      return;
    }
    const ModelEvaluation evaluation(trained.model, data, trained.split.test);
    const bool first_seed = job.seed == config.seeds.front();
    FitRecord record = make_record(trained, data, evaluation, config, job, host, first_seed);
    write_fit(folder, trained, data, evaluation.latent_mean(), record);
    events.fit_ends(job, record, trained.outcome);
    outcome.records.push_back(std::move(record));
  }

  void failed(const std::string& text) {
    outcome.failures.push_back(text);
    events.note("not completed: " + text);
  }

  void do_all() {
    FitJob job{.total = static_cast<int64_t>(config.data.size() * config.models.size() * config.seeds.size())};
    for (const DataConfig& data_config : config.data) {
      Dataset data;
      try {
        data = load_dataset(data_config, config.genes, host);
      } catch (const std::exception& error) {
        failed(concat(data_config.name, ": ", exception_text(error)));
        outcome.unusable_data = true;
        job.number += static_cast<int64_t>(config.models.size() * config.seeds.size());
        continue;
      }
      summaries.push_back({data_config.name, data_config.path.filename().string(), data.report});
      events.note(data_config.name + ": " + describe_dataset(data));
      for (const ModelConfig& model : config.models) {
        for (const int64_t seed : config.seeds) {
          job.data = &data_config;
          job.model = &model;
          job.seed = seed;
          ++job.number;
          try {
            do_fit(data, job);
          } catch (const std::exception& error) {
            failed(concat(data_config.name, " / ", model.name, " / seed ", seed, ": ", exception_text(error)));
          }
          if (outcome.cancelled) return;
        }
      }
    }
  }

  /// Papers of the components used, each once.
  std::vector<std::string> citations() const {
    std::set<std::string> unique;
    const auto add = [&](scprior_kind kind, const ComponentChoice& choice) {
      const ComponentEntry* entry = host.find(kind, choice.type);
      if (entry && !entry->citation.empty()) unique.insert(entry->citation);
    };
    for (const ModelConfig& model : config.models) {
      add(SCPRIOR_KIND_ENCODER, model.encoder);
      add(SCPRIOR_KIND_FLOW, model.flow);
      add(SCPRIOR_KIND_PRIOR, model.prior);
      add(SCPRIOR_KIND_DECODER, model.decoder);
      add(SCPRIOR_KIND_LIKELIHOOD, model.likelihood);
    }
    for (const ComponentChoice& metric : config.metrics) add(SCPRIOR_KIND_METRIC, metric);
    return {unique.begin(), unique.end()};
  }

  void write_results() {
    const std::string configuration = resolved_toml(config);
    replace_file(config.output / "resolved.toml", {configuration});
    if (outcome.records.empty()) return;
    replace_file(config.output / "results.csv", {results_csv(outcome.records)});
    replace_file(config.output / "summary.csv", {summary_csv(outcome.records)});
    replace_file(config.output / "results.json", {results_json(outcome.records, configuration)});
    ReportInput input;
    input.title = config.title;
    input.records = outcome.records;
    input.data = summaries;
    input.configuration = configuration;
    input.versions = standard_versions();
    for (const PluginFile& file : host.files())
      if (file.loaded) input.versions.push_back({"plugin " + file.id, file.version});
    input.machine = this_machine();
    input.machine.push_back({"threads", std::to_string(at::get_num_threads())});
    input.machine.push_back({"device", config.device});
    input.citations = citations();
    outcome.report = config.output / "report.html";
    write_report(input, outcome.report);
  }
};

}  // namespace

void check_data(const ExperimentConfig& config, const PluginHost& host) {
  std::string problems;
  Status status = Status::data;
  for (const DataConfig& data : config.data) {
    try {
      check_dataset(data, config.genes, host);
    } catch (const Error& error) {
      problems += concat(problems.empty() ? "" : "\n", error.what());
      status = error.status();
    }
  }
  if (!problems.empty()) throw Error(status, problems);
}

RunOutcome run_experiment(const ExperimentConfig& config, const PluginHost& host, bool force, const RunEvents& events) {
  parse_device(config.device);
  check_data(config, host);
  std::error_code error;
  fs::create_directories(config.output, error);
  if (error) fail(Status::io, config.output.string(), ": the output folder cannot be made (", error.message(), ")");
  Run run{config, host, force, events, {}, {}};
  run.do_all();
  run.write_results();
  return std::move(run.outcome);
}

}  // namespace scprior::core
