// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "report/base64.hpp"
#include "report/json_number.hpp"
#include "scprior/core/results.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

/// What is wrong with a record that is well-formed JSON.
struct Damage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void require(bool condition, const std::string& what) {
  if (!condition) throw Damage(what);
}

template <class T>
std::vector<T> numbers(const Json& json, const std::string& what) {
  auto values = numbers_from_base64<T>(json.get_ref<const std::string&>());
  require(values.has_value(), what + " is not valid base64");
  return *std::move(values);
}

std::vector<EpochRecord> history_from_json(const Json& json) {
  std::vector<EpochRecord> history(json.at("epoch").size());
  for (size_t i = 0; i < history.size(); ++i) history[i].epoch = json.at("epoch")[i].get<int64_t>();
  const auto column = [&](const char* name, double EpochRecord::* member) {
    const Json& values = json.at(name);
    require(values.is_array() && values.size() == history.size(),
            std::string("history.") + name + " has another length than history.epoch");
    for (size_t i = 0; i < history.size(); ++i) history[i].*member = number_from_json(values[i]);
  };
  column("train_loss", &EpochRecord::train_loss);
  column("reconstruction", &EpochRecord::reconstruction);
  column("kl", &EpochRecord::kl);
  column("penalty", &EpochRecord::penalty);
  column("validation_loss", &EpochRecord::validation_loss);
  column("learning_rate", &EpochRecord::learning_rate);
  return history;
}

MetricValue::Better better_from(const std::string& name) {
  if (name == "higher") return MetricValue::Better::higher;
  if (name == "lower") return MetricValue::Better::lower;
  require(name == "neither", "\"better\" is \"" + name + "\", neither higher, lower nor neither");
  return MetricValue::Better::neither;
}

MetricRecord metric_from_json(const Json& json) {
  MetricRecord metric;
  json.at("metric").get_to(metric.metric);
  json.at("name").get_to(metric.name);
  metric.value = number_from_json(json.at("value"));
  metric.better = better_from(json.at("better").get<std::string>());
  json.at("note").get_to(metric.note);
  return metric;
}

ArrayRecord array_from_json(const Json& json) {
  ArrayRecord array;
  json.at("metric").get_to(array.metric);
  json.at("name").get_to(array.name);
  json.at("shape").get_to(array.shape);
  json.at("axis_labels").get_to(array.axis_labels);
  array.values = numbers<float>(json.at("float32"), "array " + array.name);
  // Divided rather than multiplied, so that absurd sizes cannot overflow.
  auto left = static_cast<int64_t>(array.values.size());
  bool fits = true, empty = false;
  for (int64_t size : array.shape) {
    fits = fits && size >= 0;
    empty = empty || size == 0;
    if (fits && !empty) {
      fits = left % size == 0;
      left /= size;
    }
  }
  require(fits && (empty ? array.values.empty() : left == 1),
          "array " + array.name + " of " + array.metric + " holds another number of values than its shape says");
  return array;
}

CellColumn column_from_json(const Json& json, int64_t n_cells, const std::string& what) {
  CellColumn column;
  json.at("column").get_to(column.column);
  json.at("names").get_to(column.names);
  column.codes = numbers<int32_t>(json.at("int32"), what);
  require(column.codes.empty() || static_cast<int64_t>(column.codes.size()) == n_cells,
          what + " has " + std::to_string(column.codes.size()) + " values for " + std::to_string(n_cells) + " cells");
  const auto n_names = static_cast<int32_t>(column.names.size());
  require(std::all_of(column.codes.begin(), column.codes.end(), [&](int32_t c) { return c >= -1 && c < n_names; }),
          what + " has a code without a name");
  return column;
}

FitRecord record_from(const Json& json) {
  require(json.is_object() && json.value("format", "") == "scprior-fit", "it is not the record of a fit");
  require(json.at("schema") == 1, "it has schema " + json.at("schema").dump() + ", this version reads schema 1");
  FitRecord record;
  json.at("data").get_to(record.data);
  json.at("model").get_to(record.model);
  json.at("seed").get_to(record.seed);
  json.at("is_autoencoder").get_to(record.is_autoencoder);
  json.at("description").get_to(record.description);
  json.at("configuration").get_to(record.configuration);
  json.at("n_cells").get_to(record.n_cells);
  json.at("n_genes").get_to(record.n_genes);
  json.at("n_train").get_to(record.n_train);
  json.at("n_validation").get_to(record.n_validation);
  json.at("n_test").get_to(record.n_test);
  json.at("n_latent").get_to(record.n_latent);
  record.seconds = number_from_json(json.at("seconds"));
  record.cells_per_second = number_from_json(json.at("cells_per_second"));
  json.at("peak_memory").get_to(record.peak_memory);
  json.at("epochs").get_to(record.epochs);
  json.at("best_epoch").get_to(record.best_epoch);
  json.at("stop_reason").get_to(record.stop_reason);
  json.at("finished").get_to(record.finished);
  record.test_loss = number_from_json(json.at("test_loss"));
  record.history = history_from_json(json.at("history"));
  for (const Json& metric : json.at("metrics")) record.metrics.push_back(metric_from_json(metric));
  for (const Json& array : json.at("arrays")) record.arrays.push_back(array_from_json(array));
  record.umap = numbers<float>(json.at("umap"), "umap");
  require(record.umap.empty() || static_cast<int64_t>(record.umap.size()) == 2 * record.n_cells,
          "umap does not hold two values for each cell");
  record.label = column_from_json(json.at("label"), record.n_cells, "label");
  record.batch = column_from_json(json.at("batch"), record.n_cells, "batch");
  return record;
}

}  // namespace

FitRecord fit_record_from_json(const std::string& text, const std::filesystem::path& path) {
  const auto damaged = [&](const char* what) {
    fail(Status::data, "the record of a finished fit, ", path.string(), ", cannot be read: ", what,
         ". Delete the file, or run again with --force, to train that fit anew");
  };
  try {
    return record_from(Json::parse(text));
  } catch (const Json::exception& error) {
    damaged(error.what());
  } catch (const Damage& error) {
    damaged(error.what());
  }
  fail(Status::internal, "unreachable");
}

}  // namespace scprior::core
