// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/metric.hpp"

namespace scprior {

/// Whether latent units depend on each other.
///
///     C = Cov_x(E_q(z|x)[z]), divisor N - 1;   share = Σ_{i≠j} |C_ij| / Σ_{ij} |C_ij|
///
/// Source:  dony2020 (latent covariance heat maps); the share is ours
/// Values:  main = share of the covariance off the diagonal, in [0, 1); "correlation" = the same of the correlation
///          matrix, over the units that vary
/// Arrays:  "covariance" [D, D] float64
/// Domain:  NaN with a note for fewer than two cells or no variance at all
/// Errors:  Error{numeric} for a latent value that is not finite
class LatentCovariance : public Metric {
 public:
  MetricResult evaluate(const Evaluation& evaluation) override;
};

}  // namespace scprior
