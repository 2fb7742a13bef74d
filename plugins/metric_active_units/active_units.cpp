// SPDX-License-Identifier: Apache-2.0
#include "active_units.hpp"

#include <ATen/ATen.h>

#include <limits>

#include "scprior/cell_statistics.hpp"

namespace scprior {
namespace {

using Better = MetricValue::Better;

double count_above(const at::Tensor& values, double threshold) { return (values > threshold).sum().item<double>(); }

}  // namespace

ActiveUnits::ActiveUnits(const Options& options) : threshold_(options.real("threshold")) {}

OptionTable ActiveUnits::options() {
  return {option::real("threshold", 0.01, "variance of the posterior mean above which a unit is active").at_least(0)};
}

MetricResult ActiveUnits::evaluate(const Evaluation& evaluation) {
  if (evaluation.n_cells() < 2) {
    const std::string note = "a variance needs at least two cells";
    const double undefined = std::numeric_limits<double>::quiet_NaN();
    return {{{"", undefined, Better::higher, note},
             {"share", undefined, Better::higher, note},
             {"sampled", undefined, Better::neither, note}},
            {}};
  }
  check_finite_cells("the latent mean", evaluation.latent_mean());
  check_finite_cells("the latent sample", evaluation.latent_sample());
  const at::Tensor of_mean = variance(evaluation.latent_mean());      // [D]
  const at::Tensor of_sample = variance(evaluation.latent_sample());  // [D]

  const double active = count_above(of_mean, threshold_);
  MetricResult result;
  result.values = {{"", active, Better::higher, ""},
                   {"share", active / static_cast<double>(of_mean.numel()), Better::higher, ""},
                   {"sampled", count_above(of_sample, threshold_), Better::neither,
                    "on sampled z: inflated, a collapsed unit has the variance of the prior, about 1"}};
  result.arrays = {{"variance", std::get<0>(of_mean.sort(0, true)), {}}};
  return result;
}

}  // namespace scprior
