// SPDX-License-Identifier: Apache-2.0
#include "report/figure_data.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "report/base64.hpp"
#include "report/grouping.hpp"
#include "report/json_number.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

/// Six digits are more than a screen shows, and half the text. Missing values leave a gap in a line.
Json short_number(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == 0) return 0.0;
  const double scale = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
  const double rounded = std::round(value * scale) / scale;
  return std::isfinite(rounded) ? rounded : value;
}

template <class Values>
Json short_numbers(const Values& values) {
  Json out = Json::array();
  for (double value : values) out.push_back(short_number(value));
  return out;
}

std::vector<int64_t> drawn_rows(int64_t n_cells, int64_t most) {
  std::vector<int64_t> rows(static_cast<size_t>(std::min(n_cells, most)));
  const auto n_rows = static_cast<int64_t>(rows.size());
  for (int64_t i = 0; i < n_rows; ++i) rows[i] = i * n_cells / n_rows;
  return rows;
}

/// One coordinate as 16-bit steps between its extremes, finer than a screen resolves; 65535 = not a number.
Json quantised(const std::vector<float>& umap, const std::vector<int64_t>& rows, int64_t axis) {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (int64_t row : rows) {
    const float value = umap[2 * row + axis];
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high) low = high = 0;
  std::vector<uint16_t> steps;
  for (int64_t row : rows) {
    const double value = umap[2 * row + axis];
    const double share = high > low ? (value - low) / (static_cast<double>(high) - low) : 0;
    steps.push_back(std::isfinite(value) ? static_cast<uint16_t>(std::lround(share * 65534)) : 65535);
  }
  return {{"low", short_number(low)}, {"high", short_number(high)}, {"steps", numbers_to_base64(steps)}};
}

/// First array of `metric` with that many axes, if any.
const ArrayRecord* find_array(const FitRecord& record, const std::string& metric, size_t axes) {
  for (const ArrayRecord& array : record.arrays)
    if (array.metric == metric && array.shape.size() == axes) return &array;
  return nullptr;
}

Json history_json(const FitRecord& record) {
  Json out = Json::object();
  const auto column = [&](const char* name, double EpochRecord::* member) {
    std::vector<double> values;
    for (const EpochRecord& epoch : record.history) values.push_back(epoch.*member);
    out[name] = short_numbers(values);
  };
  std::vector<int64_t> epochs;
  for (const EpochRecord& epoch : record.history) epochs.push_back(epoch.epoch);
  out["epoch"] = epochs;
  column("train", &EpochRecord::train_loss);
  column("validation", &EpochRecord::validation_loss);
  column("reconstruction", &EpochRecord::reconstruction);
  column("kl", &EpochRecord::kl);
  column("penalty", &EpochRecord::penalty);
  column("rate", &EpochRecord::learning_rate);
  return out;
}

class FigureWriter {
 public:
  explicit FigureWriter(const FigureLimits& limits) : limits_(limits) {}

  Json fit(const FitRecord& record) {
    Json out = {{"data", record.data}, {"model", record.model}, {"seed", record.seed},
                {"bestEpoch", record.best_epoch}, {"metrics", Json::object()}};
    for (const MetricRecord& metric : record.metrics)
      out["metrics"][full_name(metric.metric, metric.name)] = short_number(metric.value);
    out["history"] = history_json(record);
    if (const ArrayRecord* variance = find_array(record, "active_units", 1))
      out["variance"] = short_numbers(variance->values);
    if (const ArrayRecord* sums = find_array(record, "principal_components", 1))
      out["cumulative"] = short_numbers(sums->values);
    if (record.umap.size() >= 2) out["umap"] = umap(record);
    if (const ArrayRecord* matrix = find_array(record, "latent_covariance", 2);
        matrix != nullptr && matrix->shape[0] == matrix->shape[1] && matrix->shape[0] > 0)
      out["covariance"] = covariance(*matrix);
    return out;
  }

  Json columns() && { return std::move(columns_); }

 private:
  bool fits_in(size_t bytes) {
    if (used_ + bytes > limits_.bytes) return false;
    used_ += bytes;
    return true;
  }

  Json umap(const FitRecord& record) {
    const auto n_cells = static_cast<int64_t>(record.umap.size() / 2);
    const std::vector<int64_t> rows = drawn_rows(n_cells, limits_.drawn_cells);
    if (!fits_in(rows.size() * 6)) return {{"omitted", "left out to keep the report small"}};
    Json out = {{"cells", n_cells}, {"drawn", rows.size()}};
    out["x"] = quantised(record.umap, rows, 0);
    out["y"] = quantised(record.umap, rows, 1);
    out["label"] = column(record.label, n_cells, rows);
    out["batch"] = column(record.batch, n_cells, rows);
    return out;
  }

  /// The upper triangle, row by row.
  Json covariance(const ArrayRecord& matrix) {
    const int64_t size = matrix.shape[0];
    if (size > limits_.covariance_units)
      return {{"omitted", concat("not drawn beyond ", limits_.covariance_units, " units")}};
    if (!fits_in(static_cast<size_t>(size * (size + 1) / 2 * 6)))
      return {{"omitted", "left out to keep the report small"}};
    std::vector<float> upper;
    for (int64_t i = 0; i < size; ++i)
      upper.insert(upper.end(), matrix.values.begin() + i * size + i, matrix.values.begin() + (i + 1) * size);
    return {{"size", size}, {"upper", numbers_to_base64(upper)}};
  }

  /// Index of a column of the drawn cells; all models of a data set share theirs. -1 = none.
  int64_t column(const CellColumn& column, int64_t n_cells, const std::vector<int64_t>& rows) {
    if (static_cast<int64_t>(column.codes.size()) != n_cells) return -1;
    std::vector<int32_t> codes;
    for (int64_t row : rows) codes.push_back(column.codes[row]);
    std::vector<int64_t> counts(column.names.size(), 0);
    for (int32_t code : column.codes)
      if (code >= 0) ++counts[code];
    Json json = {{"column", column.column},
                 {"names", column.names},
                 {"counts", counts},
                 {"codes", numbers_to_base64(codes)}};
    const auto known = std::find(columns_.begin(), columns_.end(), json);
    if (known != columns_.end()) return known - columns_.begin();
    columns_.push_back(std::move(json));
    return static_cast<int64_t>(columns_.size()) - 1;
  }

  FigureLimits limits_;
  Json columns_ = Json::array();
  size_t used_ = 0;
};

/// Records with the first seeds of all models in front, so that these are drawn whatever the limit.
std::vector<const FitRecord*> by_rank(const std::vector<FitGroup>& groups) {
  std::vector<const FitRecord*> order;
  size_t most = 0;
  for (const FitGroup& group : groups) most = std::max(most, group.fits.size());
  for (size_t rank = 0; rank < most; ++rank)
    for (const FitGroup& group : groups)
      if (rank < group.fits.size()) order.push_back(group.fits[rank]);
  return order;
}

Json models_json(const std::vector<FitGroup>& groups) {
  Json models = Json::array();
  std::vector<std::string> seen;
  for (const FitGroup& group : groups) {
    if (std::find(seen.begin(), seen.end(), group.model) != seen.end()) continue;
    seen.push_back(group.model);
    models.push_back({{"name", group.model},
                      {"description", group.fits.front()->description},
                      {"autoencoder", group.is_autoencoder}});
  }
  return models;
}

}  // namespace

std::string figure_data(const std::vector<FitRecord>& records, const FigureLimits& limits) {
  const std::vector<FitGroup> groups = grouped(records);
  FigureWriter writer(limits);
  Json out = {{"models", models_json(groups)}, {"fits", Json::array()}};
  for (const FitRecord* record : by_rank(groups)) out["fits"].push_back(writer.fit(*record));
  out["columns"] = std::move(writer).columns();

  // A "<" could end the script element that the text stands in.
  const std::string text = dumped(out, -1);
  std::string safe;
  safe.reserve(text.size());
  for (char c : text) c == '<' ? safe += "\\u003c" : safe += c;
  return safe;
}

}  // namespace scprior::core
