// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/metric.hpp"

/// Effective number of dimensions of the embedding: the participation ratio of its covariance C over cells.
///
///     d = (tr C)^2 / tr(C^2)        1 if all cells lie on a line, D if all directions vary alike
///
/// Values: main = d; NaN for fewer than two cells, or if all cells are alike
/// Errors: Error{numeric} for a latent value that is not finite
class @Name@Metric : public scprior::Metric {
 public:
  explicit @Name@Metric(const scprior::Options& options);
  static scprior::OptionTable options();

  scprior::MetricResult evaluate(const scprior::Evaluation& evaluation) override;

 private:
  bool sampled_;
};
