// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "data.hpp"
#include "model.hpp"
#include "runtime.hpp"
#include "scprior.h"
#include "scprior/core/load_config.hpp"
#include "scprior/core/model_evaluation.hpp"
#include "text.hpp"

using namespace scprior;

namespace scprior::capi {
namespace {

std::vector<core::ComponentChoice> metrics_of(const std::vector<std::string>& names, const core::PluginHost& host) {
  std::vector<core::ComponentChoice> choices;
  for (const std::string& name : names) {
    const core::ComponentEntry* entry = host.find(SCPRIOR_KIND_METRIC, name);
    if (!entry) throw Error(Status::argument, host.unknown_text(SCPRIOR_KIND_METRIC, name));
    choices.push_back({name, Options::resolve(entry->options, {})});
  }
  return choices;
}

std::vector<int64_t> scored_cells(const core::TrainedModel& trained, const core::Dataset& data, bool test_cells) {
  const int64_t n_cells = data.cells->n_cells();
  if (test_cells && trained.file.n_cells != n_cells)
    fail(Status::data, "test cells are asked for, but the data have ", n_cells, " cells and the model was trained on ",
         trained.file.n_cells, "; the held-out cells are known only for the training data");
  if (test_cells) return core::split_cells(data, trained.file.split, trained.file.seed).test;
  std::vector<int64_t> rows(static_cast<size_t>(n_cells));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

int32_t sign_of(MetricValue::Better better) {
  return better == MetricValue::Better::higher ? 1 : better == MetricValue::Better::lower ? -1 : 0;
}

}  // namespace
}  // namespace scprior::capi

int32_t scprior_evaluate(scprior_model* model_handle, const scprior_data* data_handle, const char* const* metrics,
                         int64_t n_metrics, const char* label, const char* batch, int32_t test_cells,
                         scprior_metric_function report, void* user) {
  return capi::guarded([&] {
    const capi::InUse<capi::Model> model(model_handle);
    const capi::InUse<capi::Data> data(data_handle);
    core::TrainedModel& trained = model->need_trained();
    capi::need(report, "report is NULL; it receives the values");
    const auto plugins = capi::host();
    const auto choices = metrics ? capi::metrics_of(capi::texts_of(metrics, n_metrics, "metrics"), *plugins)
                                 : core::model_from_settings("", {}, *plugins).metrics;
    const capi::Computation computation;
    const core::Dataset dataset = data->in_space(trained.model.genes, label ? label : trained.file.label,
                                                 batch ? batch : trained.file.batch, *plugins);
    const core::ModelEvaluation evaluation(trained.model, dataset,
                                           capi::scored_cells(trained, dataset, test_cells != 0));
    for (const auto& [metric, result] : core::evaluate_metrics(evaluation, choices, *plugins))
      for (const MetricValue& value : result.values)
        report(user, metric.c_str(), value.name.c_str(), value.value, capi::sign_of(value.better), value.note.c_str());
  });
}
