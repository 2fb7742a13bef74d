// SPDX-License-Identifier: Apache-2.0
#include "@name@.hpp"

#include <ATen/ATen.h>

#include <limits>

#include "scprior/cell_statistics.hpp"

using namespace scprior;

namespace {

MetricResult one_value(double value, std::string note) {
  return {{{"", value, MetricValue::Better::neither, std::move(note)}}, {}};
}

}  // namespace

OptionTable @Name@Metric::options() {
  return {option::boolean("sampled", false, "look at one draw of z per cell instead of its posterior mean")};
}

@Name@Metric::@Name@Metric(const Options& options) : sampled_(options.boolean("sampled")) {}

MetricResult @Name@Metric::evaluate(const Evaluation& evaluation) {
  constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
  if (evaluation.n_cells() < 2) return one_value(undefined, "a covariance needs at least two cells");
  const at::Tensor& z = sampled_ ? evaluation.latent_sample() : evaluation.latent_mean();
  check_finite_cells("the embedding", z);
  const at::Tensor c = covariance(z);  // [D, D] float64
  const double trace = c.trace().item<double>();
  if (trace == 0) return one_value(undefined, "all cells have the same embedding");
  return one_value(trace * trace / c.square().sum().item<double>(), "");
}
