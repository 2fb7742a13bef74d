// SPDX-License-Identifier: Apache-2.0
#include "principal_components.hpp"

#include <ATen/ATen.h>

#include <limits>

#include "scprior/cell_statistics.hpp"
#include "scprior/fixed_order.hpp"

namespace scprior {
namespace {

using Better = MetricValue::Better;

/// Smallest k with cumulative[k - 1] >= share. An eigenvalue is known to about D · epsilon of the largest; a sum that
/// misses the share by no more than that reaches it, so that rounding does not decide between equal eigenvalues.
double components_for(const at::Tensor& cumulative, double share) {
  const double slack = static_cast<double>(cumulative.numel()) * std::numeric_limits<double>::epsilon();
  return 1 + (cumulative < share - slack).sum().item<double>();
}

MetricResult undefined(const std::string& note) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return {{{"", nan, Better::neither, note}, {"99", nan, Better::neither, note}}, {}};
}

}  // namespace

PrincipalComponents::PrincipalComponents(const Options& options) : share_(options.real("share")) {}

OptionTable PrincipalComponents::options() {
  return {option::real("share", 0.95, "share of the latent variance that the components hold").above(0).below(1)};
}

MetricResult PrincipalComponents::evaluate(const Evaluation& evaluation) {
  if (evaluation.n_cells() < 2) return undefined("a variance needs at least two cells");
  check_finite_cells("the latent mean", evaluation.latent_mean());

  const SequentialBlas sequential;
  const at::Tensor eigenvalues =  // [D] descending; rounding may leave the zero ones slightly negative
      at::linalg_eigvalsh(covariance(evaluation.latent_mean())).flip({0}).clamp_min_(0);
  const at::Tensor sums = eigenvalues.cumsum(0);
  if (sums[-1].item<double>() == 0) return undefined("all cells have the same latent mean: there is no variance");
  const at::Tensor cumulative = sums / sums[-1];

  MetricResult result;
  result.values = {{"", components_for(cumulative, share_), Better::neither, ""},
                   {"99", components_for(cumulative, 0.99), Better::neither, ""}};
  result.arrays = {{"cumulative", cumulative, {}}};
  return result;
}

}  // namespace scprior
