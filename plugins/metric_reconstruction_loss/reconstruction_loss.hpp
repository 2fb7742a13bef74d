// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/metric.hpp"

namespace scprior {

/// How well the model describes cells that it was not trained on.
///
///     mean over test cells of  -Σ_genes ln p(x | z)   at z = E_q(z|x)[z], nats per cell
///
/// Source:  dony2020 (Table 2)
/// Values:  main; "sampled" = z drawn from q(z|x) instead; "per_count" and "sampled_per_count" = summed loss divided by
///          the summed counts of the test cells
/// Domain:  NaN with a note if there are no test cells, or no counts in them
/// Errors:  Error{numeric} for a log-likelihood that is not finite
class ReconstructionLoss : public Metric {
 public:
  MetricResult evaluate(const Evaluation& evaluation) override;
};

}  // namespace scprior
