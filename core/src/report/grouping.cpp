// SPDX-License-Identifier: Apache-2.0
#include "report/grouping.hpp"

#include <algorithm>
#include <cmath>

namespace scprior::core {
namespace {

size_t index_of(std::vector<std::string>& known, const std::string& name) {
  const auto found = std::find(known.begin(), known.end(), name);
  if (found != known.end()) return found - known.begin();
  known.push_back(name);
  return known.size() - 1;
}

/// The epoch whose weights were kept; nullptr if it is not in the history.
const EpochRecord* kept_epoch(const FitRecord& record) {
  for (const EpochRecord& epoch : record.history)
    if (epoch.epoch == record.best_epoch) return &epoch;
  return nullptr;
}

}  // namespace

std::vector<FitGroup> grouped(const std::vector<FitRecord>& records) {
  std::vector<std::string> data, models;
  std::vector<std::pair<std::pair<size_t, size_t>, const FitRecord*>> order;
  for (const FitRecord& record : records)
    order.push_back({{index_of(data, record.data), index_of(models, record.model)}, &record});
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });

  std::vector<FitGroup> groups;
  for (const auto& [key, record] : order) {
    if (groups.empty() || groups.back().data != record->data || groups.back().model != record->model)
      groups.push_back({record->data, record->model, record->is_autoencoder, {}});
    groups.back().fits.push_back(record);
  }
  return groups;
}

std::vector<MetricKey> metric_keys(const std::vector<FitRecord>& records) {
  std::vector<MetricKey> keys;
  for (const FitRecord& record : records)
    for (const MetricRecord& metric : record.metrics)
      if (const MetricKey key(metric.metric, metric.name); std::find(keys.begin(), keys.end(), key) == keys.end())
        keys.push_back(key);
  return keys;
}

const MetricRecord* find_metric(const FitRecord& record, const MetricKey& key) {
  for (const MetricRecord& metric : record.metrics)
    if (metric.metric == key.first && metric.name == key.second) return &metric;
  return nullptr;
}

TableCell summary(const std::vector<double>& values) {
  TableCell cell;
  double sum = 0;
  for (double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++cell.n;
  }
  if (cell.n == 0) return cell;
  cell.mean = sum / static_cast<double>(cell.n);
  if (cell.n < 2 || !std::isfinite(cell.mean)) return cell;
  double squares = 0;
  for (double value : values)
    if (!std::isnan(value)) squares += (value - cell.mean) * (value - cell.mean);
  cell.sd = std::sqrt(squares / static_cast<double>(cell.n - 1));
  return cell;
}

TableCell summary(const FitGroup& group, const MetricKey& key) {
  std::vector<double> values;
  std::string note;
  for (const FitRecord* fit : group.fits) {
    const MetricRecord* metric = find_metric(*fit, key);
    if (metric == nullptr) continue;
    values.push_back(metric->value);
    if (note.empty()) note = metric->note;
  }
  TableCell cell = summary(values);
  cell.note = note;
  return cell;
}

FitRecord light_copy(const FitRecord& record, std::vector<MetricRecord> metrics) {
  FitRecord copy;
  copy.data = record.data;
  copy.model = record.model;
  copy.seed = record.seed;
  copy.is_autoencoder = record.is_autoencoder;
  copy.metrics = std::move(metrics);
  return copy;
}

std::vector<MetricRecord> training_values(const FitRecord& record) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const EpochRecord* kept = kept_epoch(record);
  const double kl = kept == nullptr || record.is_autoencoder ? nan : kept->kl;
  const double loss = kept == nullptr ? nan : kept->train_loss;
  const auto value = [](const char* name, double number) {
    return MetricRecord{"training", name, number, MetricValue::Better::neither, ""};
  };
  return {value("seconds", record.seconds),
          value("cells_per_second", record.cells_per_second),
          value("epochs", static_cast<double>(record.epochs)),
          value("best_epoch", static_cast<double>(record.best_epoch)),
          value("peak_memory_bytes", record.peak_memory > 0 ? static_cast<double>(record.peak_memory) : nan),
          value("test_loss", record.test_loss),
          value("kl_at_best_epoch", kl),
          value("kl_share_of_loss", kl / loss)};
}

}  // namespace scprior::core
