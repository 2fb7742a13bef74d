// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include "scprior/core/results.hpp"

namespace scprior::core {

std::string full_name(const std::string& metric, const std::string& name) {
  return name.empty() ? metric : metric + "." + name;
}

void add_metric(FitRecord& record, const std::string& metric, const MetricResult& result) {
  for (const MetricValue& value : result.values)
    record.metrics.push_back({metric, value.name, value.value, value.better, value.note});
  for (const MetricArray& array : result.arrays) {
    const at::Tensor values = array.values.detach().to(at::kCPU, at::kFloat).contiguous();
    const float* begin = values.const_data_ptr<float>();
    record.arrays.push_back(
        {metric, array.name, values.sizes().vec(), {begin, begin + values.numel()}, array.axis_labels});
  }
}

CellColumn cell_column(const std::string& column, const Labels& labels) {
  const at::Tensor codes = labels.codes.to(at::kCPU, at::kInt).contiguous();
  const int32_t* begin = codes.const_data_ptr<int32_t>();
  return {column, labels.names, {begin, begin + codes.numel()}};
}

}  // namespace scprior::core
