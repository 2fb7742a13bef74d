// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/metric.hpp"
#include "scprior/options.hpp"

namespace scprior {

/// Average silhouette width: whether cells of a type lie together and apart from the other types.
///
///     s_n = (b_n - a_n) / max(a_n, b_n),   a_n mean Euclidean distance to the other cells of the own type,
///                                          b_n the smallest mean distance to the cells of another type
///
/// Source:  rousseeuw1987; used by dony2020 (Table 2)
/// Values:  main = mean over all cells that have a label; one value per cell type under the type's name. The only cell
///          of a type has s = 0, and so has a cell with a_n = b_n = 0.
/// Arrays:  "per_type" [types] float64, with the types' names
/// Domain:  NaN with a note without labels or with fewer than two types. Beyond max_cells labelled cells: estimated
///          from a sample of every type, weighted back to the types' sizes; the note gives the sample's size.
/// Cost:    O(N² D) time in blocks, O(N (D + types)) memory
/// Errors:  Error{numeric} for a latent value that is not finite; Error{argument} for a label code without a name
class Silhouette : public Metric {
 public:
  explicit Silhouette(const Options& options);
  static OptionTable options();

  MetricResult evaluate(const Evaluation& evaluation) override;

 private:
  int64_t max_cells_;
};

}  // namespace scprior
