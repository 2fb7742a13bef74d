// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/metric.hpp"
#include "scprior/options.hpp"

namespace scprior {

/// Latent units that carry information about the cell.
///
///     A_d = Var_x( E_q(z|x)[z_d] )   over cells, divisor N - 1;   unit d is active if A_d > threshold
///
/// Source:  burda2016, section on active units; used by dony2020
/// Values:  main = number of active units; "share" of all units; "sampled" = the same count on one draw of q(z|x)
/// Arrays:  "variance" [D] float64, A_d in descending order
/// Errors:  Error{numeric} for a latent value that is not finite
class ActiveUnits : public Metric {
 public:
  explicit ActiveUnits(const Options& options);
  static OptionTable options();

  MetricResult evaluate(const Evaluation& evaluation) override;

 private:
  double threshold_;
};

}  // namespace scprior
