// SPDX-License-Identifier: Apache-2.0
#include "latent_covariance.hpp"

#include <ATen/ATen.h>

#include <limits>

#include "scprior/cell_statistics.hpp"
#include "scprior/error.hpp"
#include "scprior/fixed_order.hpp"

namespace scprior {
namespace {

using Better = MetricValue::Better;

double off_diagonal_share(const at::Tensor& matrix) {
  const at::Tensor size = matrix.abs();
  const at::Tensor off_diagonal = size - at::diag(size.diagonal());
  return (total(off_diagonal) / total(size)).item<double>();
}

MetricResult undefined(const std::string& note, std::vector<MetricArray> arrays) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return {{{"", nan, Better::neither, note}, {"correlation", nan, Better::neither, note}}, std::move(arrays)};
}

}  // namespace

MetricResult LatentCovariance::evaluate(const Evaluation& evaluation) {
  if (evaluation.n_cells() < 2) return undefined("a covariance needs at least two cells", {});
  check_finite_cells("the latent mean", evaluation.latent_mean());

  const at::Tensor matrix = covariance(evaluation.latent_mean());  // [D, D]
  const std::vector<MetricArray> arrays = {{"covariance", matrix, {}}};
  const at::Tensor varying = (matrix.diagonal() > 0).nonzero().squeeze(1);
  const int64_t constant = matrix.size(0) - varying.size(0);
  if (varying.size(0) == 0) return undefined("all cells have the same latent mean: there is no variance", arrays);

  const at::Tensor kept = matrix.index_select(0, varying).index_select(1, varying);
  const at::Tensor deviation = kept.diagonal().sqrt();
  const at::Tensor correlation = kept / deviation.unsqueeze(0) / deviation.unsqueeze(1);
  return {{{"", off_diagonal_share(matrix), Better::neither, ""},
           {"correlation", off_diagonal_share(correlation), Better::neither,
            constant ? concat("without ", constant, " units that are the same in all cells") : ""}},
          arrays};
}

}  // namespace scprior
