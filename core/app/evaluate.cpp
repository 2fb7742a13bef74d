// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "commands.hpp"
#include "open_data.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/core/model_evaluation.hpp"
#include "scprior/core/model_folder.hpp"
#include "scprior/core/results.hpp"
#include "scprior/core/process.hpp"

namespace scprior::app {
namespace {

std::vector<int64_t> scored_cells(const EvaluateArguments& arguments, const core::SavedModel& saved,
                                  const core::Dataset& data) {
  const int64_t n_cells = data.cells->n_cells();
  if (arguments.test_cells && saved.file.n_cells != n_cells)
    fail(Status::data, "--test-cells: ", arguments.data, " has ", n_cells,
         " cells, but the model was trained on data with ", saved.file.n_cells,
         "; the held-out cells are known only for the training data. Leave --test-cells out for other data.");
  if (arguments.test_cells) return core::split_cells(data, saved.file.split, saved.file.seed).test;
  std::vector<int64_t> rows(n_cells);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

void print_json(const std::vector<core::NamedMetricResult>& results, int64_t n_cells, size_t n_scored) {
  nlohmann::ordered_json out = {{"cells", n_cells}, {"scored_cells", n_scored}};
  for (const auto& [metric, result] : results)
    for (const MetricValue& value : result.values)
      out[core::full_name(metric, value.name)] =
          std::isfinite(value.value) ? nlohmann::ordered_json(value.value) : nullptr;
  fmt::print("{}\n", out.dump(2));
}

void print_text(const std::vector<core::NamedMetricResult>& results) {
  for (const auto& [metric, result] : results)
    for (const MetricValue& value : result.values)
      fmt::print("{:<44} {:>14.6g}{}\n", core::full_name(metric, value.name), value.value,
                 value.note.empty() ? "" : "   " + value.note);
}

}  // namespace

int evaluate(const EvaluateArguments& arguments, core::PluginHost& host) {
  core::prepare_process(arguments.threads);
  core::SavedModel saved = core::open_model(arguments.model_folder, host);
  core::DataConfig config = data_config(arguments.data, arguments.settings, host);
  config.label = arguments.label;
  config.batch = arguments.batch;
  const core::Dataset data = core::load_dataset(config, saved.model.genes, host);
  const std::vector<int64_t> rows = scored_cells(arguments, saved, data);
  const core::ModelEvaluation evaluation(saved.model, data, rows);
  const auto metrics = core::fit_from_settings(arguments.data, "", {}, host).metrics;
  const auto results = core::evaluate_metrics(evaluation, metrics, host);
  if (arguments.json) {
    print_json(results, evaluation.n_cells(), rows.size());
  } else {
    fmt::print(stderr, "{} of {} cells scored{}\n", rows.size(), evaluation.n_cells(),
               arguments.test_cells ? ": those held out in training" : "");
    print_text(results);
  }
  return 0;
}

}  // namespace scprior::app
