// SPDX-License-Identifier: Apache-2.0
#include "report/format.hpp"
#include "report/grouping.hpp"
#include "report/record_json.hpp"

namespace scprior::core {
namespace {

/// RFC 4180: quoted where a comma, a quote or a line break would break the row.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string line(const std::vector<std::string>& fields) {
  std::string out;
  for (size_t i = 0; i < fields.size(); ++i) out += (i == 0 ? "" : ",") + field(fields[i]);
  return out + "\n";
}

/// Metrics, then the measures of training.
std::vector<MetricRecord> all_values(const FitRecord& record) {
  std::vector<MetricRecord> values = record.metrics;
  for (MetricRecord& value : training_values(record)) values.push_back(std::move(value));
  return values;
}

}  // namespace

std::string results_csv(const std::vector<FitRecord>& records) {
  std::string out = line({"data", "model", "seed", "metric", "name", "value", "better", "note"});
  for (const FitRecord& record : records)
    for (const MetricRecord& value : all_values(record))
      out += line({record.data, record.model, std::to_string(record.seed), value.metric, value.name,
                   format_exact(value.value), better_name(value.better), value.note});
  return out;
}

std::string summary_csv(const std::vector<FitRecord>& records) {
  std::vector<FitRecord> complete;
  for (const FitRecord& record : records) complete.push_back(light_copy(record, all_values(record)));
  std::string out = line({"data", "model", "metric", "name", "n", "mean", "sd", "better"});
  const std::vector<MetricKey> keys = metric_keys(complete);
  for (const FitGroup& group : grouped(complete)) {
    for (const MetricKey& key : keys) {
      const MetricRecord* first = nullptr;
      for (const FitRecord* fit : group.fits)
        if (first == nullptr) first = find_metric(*fit, key);
      if (first == nullptr) continue;
      const TableCell cell = summary(group, key);
      out += line({group.data, group.model, key.first, key.second, std::to_string(cell.n), format_exact(cell.mean),
                   format_exact(cell.sd), better_name(first->better)});
    }
  }
  return out;
}

}  // namespace scprior::core
