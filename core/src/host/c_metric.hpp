// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "scprior/metric.hpp"

namespace scprior::core {

/// A metric of the C tier as one of the C++ interface.
/// Errors: the status and text of the plugin; Error{plugin} a value without a name.
class CMetric final : public Metric {
 public:
  /// Takes `functions` over: its destroy is called once. Errors: Error{plugin} if functions are missing.
  /// where: what its errors start with, "metric/name (file)". owner: kept until destroy was called.
  CMetric(std::string where, const scprior_metric_c* functions, std::shared_ptr<const void> owner = {});
  ~CMetric() override;

  MetricResult evaluate(const Evaluation& evaluation) override;

 private:
  std::shared_ptr<const void> owner_;
  std::string where_;
  scprior_metric_c functions_;
};

}  // namespace scprior::core
