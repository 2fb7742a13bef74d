// SPDX-License-Identifier: Apache-2.0
#include "reconstruction_loss.hpp"

#include <ATen/ATen.h>

#include <limits>

#include "scprior/error.hpp"
#include "scprior/fixed_order.hpp"
#include "scprior/shapes.hpp"

namespace scprior {
namespace {

using Better = MetricValue::Better;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// -Σ ln p(x | z) over the test cells. A loss is wrong, not undefined, if a cell has none: refused with the cell's row.
double total_loss(const at::Tensor& log_likelihood, const at::Tensor& test_cells) {
  check_shape("the log-likelihood of the test cells", log_likelihood, {test_cells.size(0)});
  const at::Tensor wrong = at::isfinite(log_likelihood).logical_not_();
  if (wrong.any().item<bool>()) {
    const int64_t first = wrong.nonzero()[0][0].item<int64_t>();
    fail(Status::numeric, "ln p(x | z) of cell ", test_cells[first].item<int64_t>(), " (counted from 0) is ",
         log_likelihood[first].item<double>(), "; ", wrong.sum().item<int64_t>(), " of ", test_cells.size(0),
         " test cells are concerned. Wanted a finite number: look for a diverged fit (lower train.learning_rate) or a "
         "damaged model");
  }
  return -total(log_likelihood.to(at::kDouble)).item<double>();
}

}  // namespace

MetricResult ReconstructionLoss::evaluate(const Evaluation& evaluation) {
  const at::Tensor& cells = evaluation.test_cells();
  const auto n = static_cast<double>(cells.size(0));
  if (n == 0) {
    const std::string note = "there are no test cells";
    return {{{"", nan, Better::lower, note},
             {"sampled", nan, Better::lower, note},
             {"per_count", nan, Better::lower, note},
             {"sampled_per_count", nan, Better::lower, note}},
            {}};
  }
  const double at_mean = total_loss(evaluation.test_log_likelihood(), cells);
  const double sampled = total_loss(evaluation.test_log_likelihood_sampled(), cells);
  const double counts = evaluation.library().index_select(0, cells).sum(at::kDouble).item<double>();
  const std::string note = counts > 0 ? "" : "the test cells have no counts";
  return {{{"", at_mean / n, Better::lower, ""},
           {"sampled", sampled / n, Better::lower, ""},
           {"per_count", counts > 0 ? at_mean / counts : nan, Better::lower, note},
           {"sampled_per_count", counts > 0 ? sampled / counts : nan, Better::lower, note}},
          {}};
}

}  // namespace scprior
