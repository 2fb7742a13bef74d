// SPDX-License-Identifier: Apache-2.0
#include "report/record_json.hpp"

#include "report/base64.hpp"

namespace scprior::core {
namespace {

/// Columns of numbers, so that a history reads like a table.
Json history_to_json(const std::vector<EpochRecord>& history) {
  Json out = Json::object();
  const auto column = [&](const char* name, double EpochRecord::* member) {
    Json values = Json::array();
    for (const EpochRecord& epoch : history) values.push_back(number_to_json(epoch.*member));
    out[name] = std::move(values);
  };
  Json epochs = Json::array();
  for (const EpochRecord& epoch : history) epochs.push_back(epoch.epoch);
  out["epoch"] = std::move(epochs);
  column("train_loss", &EpochRecord::train_loss);
  column("reconstruction", &EpochRecord::reconstruction);
  column("kl", &EpochRecord::kl);
  column("penalty", &EpochRecord::penalty);
  column("validation_loss", &EpochRecord::validation_loss);
  column("learning_rate", &EpochRecord::learning_rate);
  return out;
}

Json metrics_to_json(const std::vector<MetricRecord>& metrics) {
  Json out = Json::array();
  for (const MetricRecord& metric : metrics) {
    out.push_back({{"metric", metric.metric},
                   {"name", metric.name},
                   {"value", number_to_json(metric.value)},
                   {"better", better_name(metric.better)},
                   {"note", metric.note}});
  }
  return out;
}

Json arrays_to_json(const std::vector<ArrayRecord>& arrays) {
  Json out = Json::array();
  for (const ArrayRecord& array : arrays) {
    out.push_back({{"metric", array.metric},
                   {"name", array.name},
                   {"shape", array.shape},
                   {"float32", numbers_to_base64(array.values)},
                   {"axis_labels", array.axis_labels}});
  }
  return out;
}

Json column_to_json(const CellColumn& column) {
  return {{"column", column.column}, {"names", column.names}, {"int32", numbers_to_base64(column.codes)}};
}

}  // namespace

std::string better_name(MetricValue::Better better) {
  if (better == MetricValue::Better::neither) return "neither";
  return better == MetricValue::Better::higher ? "higher" : "lower";
}

Json scalars_to_json(const FitRecord& record) {
  Json out = Json::object();
  out["data"] = record.data;
  out["model"] = record.model;
  out["seed"] = record.seed;
  out["is_autoencoder"] = record.is_autoencoder;
  out["description"] = record.description;
  out["n_cells"] = record.n_cells;
  out["n_genes"] = record.n_genes;
  out["n_train"] = record.n_train;
  out["n_validation"] = record.n_validation;
  out["n_test"] = record.n_test;
  out["n_latent"] = record.n_latent;
  out["seconds"] = number_to_json(record.seconds);
  out["cells_per_second"] = number_to_json(record.cells_per_second);
  out["peak_memory"] = record.peak_memory;
  out["epochs"] = record.epochs;
  out["best_epoch"] = record.best_epoch;
  out["stop_reason"] = record.stop_reason;
  out["finished"] = record.finished;
  out["test_loss"] = number_to_json(record.test_loss);
  out["metrics"] = metrics_to_json(record.metrics);
  out["history"] = history_to_json(record.history);
  return out;
}

std::string to_json(const FitRecord& record) {
  Json out = {{"format", "scprior-fit"}, {"schema", 1}};
  out.update(scalars_to_json(record));
  out["configuration"] = record.configuration;
  out["arrays"] = arrays_to_json(record.arrays);
  out["umap"] = numbers_to_base64(record.umap);
  out["label"] = column_to_json(record.label);
  out["batch"] = column_to_json(record.batch);
  return dumped(out, 1) + "\n";
}

std::string results_json(const std::vector<FitRecord>& records, const std::string& configuration) {
  Json out = {{"format", "scprior-results"}, {"schema", 1}, {"configuration", configuration}};
  out["fits"] = Json::array();
  for (const FitRecord& record : records) out["fits"].push_back(scalars_to_json(record));
  return dumped(out, 1) + "\n";
}

}  // namespace scprior::core
