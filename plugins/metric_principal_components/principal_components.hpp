// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/metric.hpp"
#include "scprior/options.hpp"

namespace scprior {

/// How many directions the latent space really uses.
///
///     smallest k with  λ_1 + ... + λ_k  >=  share · (λ_1 + ... + λ_D)
///     λ: descending eigenvalues of Cov_x(E_q(z|x)[z])
///
/// Source:  dony2020 (Table 1). Units are centred, not standardised: equal to a PCA of the latent means.
/// Values:  main = k at `share`; "99" = k at 99 %
/// Arrays:  "cumulative" [D] float64, share of the variance in the first 1, 2, ..., D components
/// Domain:  any N and D; NaN with a note for fewer than two cells or no variance at all
/// Errors:  Error{numeric} for a latent value that is not finite
class PrincipalComponents : public Metric {
 public:
  explicit PrincipalComponents(const Options& options);
  static OptionTable options();

  MetricResult evaluate(const Evaluation& evaluation) override;

 private:
  double share_;
};

}  // namespace scprior
