// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scprior/core/results.hpp"

namespace scprior::core {

/// The fits of one data set and model: they differ in their seed.
struct FitGroup {
  std::string data, model;
  bool is_autoencoder = false;
  std::vector<const FitRecord*> fits;
};

/// In the order in which data sets, then models, first appear among the records.
std::vector<FitGroup> grouped(const std::vector<FitRecord>& records);

/// A value of a metric: metric and name.
using MetricKey = std::pair<std::string, std::string>;

/// All of the records, in order of first appearance.
std::vector<MetricKey> metric_keys(const std::vector<FitRecord>& records);

/// nullptr if the fit has none.
const MetricRecord* find_metric(const FitRecord& record, const MetricKey& key);

/// Mean and standard deviation of the defined values of `key`; cell.n = 0 if there is none. Text is left empty.
TableCell summary(const FitGroup& group, const MetricKey& key);

/// Of given values: NaN is left out, infinities are not.
TableCell summary(const std::vector<double>& values);

/// What names a fit, with other metrics and without its arrays.
FitRecord light_copy(const FitRecord& record, std::vector<MetricRecord> metrics);

/// What training measured, as values of the metric "training".
std::vector<MetricRecord> training_values(const FitRecord& record);

}  // namespace scprior::core
