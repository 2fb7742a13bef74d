// SPDX-License-Identifier: Apache-2.0
#include "scprior/cell_statistics.hpp"

#include <ATen/ATen.h>

#include <string>

#include "scprior/error.hpp"
#include "scprior/fixed_order.hpp"
#include "scprior/shapes.hpp"

namespace scprior {
namespace {

constexpr int64_t block_rows = 8192;

/// Calls use(block) for blocks of rows of `cells` in float64, with the mean of all cells taken off.
template <class Use>
void for_centred_blocks(const at::Tensor& cells, Use use) {
  check_shape("cells", cells, {any_length, any_length});
  const int64_t n = cells.size(0);
  if (n < 2) fail(Status::argument, "a variance over cells needs at least 2 cells, got ", n);
  // Taken from the first cell, so that a unit that is the same in all cells has the variance 0, not a rounding error.
  const at::Tensor origin = cells[0].to(at::kDouble);
  at::Tensor shift = at::zeros({cells.size(1)}, at::kDouble);
  for (int64_t first = 0; first < n; first += block_rows)
    shift += (cells.slice(0, first, first + block_rows).to(at::kDouble) - origin).sum(0);
  const at::Tensor mean = origin + shift / n;
  for (int64_t first = 0; first < n; first += block_rows)
    use(cells.slice(0, first, first + block_rows).to(at::kDouble) - mean);
}

}  // namespace

void check_finite_cells(std::string_view name, const at::Tensor& values) {
  const at::Tensor wrong = at::isfinite(values).logical_not_();
  if (!wrong.any().item<bool>()) return;
  const at::Tensor first = wrong.nonzero()[0];
  const int64_t cell = first[0].item<int64_t>();
  const double value = values[cell].reshape({-1})[first.numel() > 1 ? first[1].item<int64_t>() : 0].item<double>();
  const std::string unit = first.numel() > 1 ? concat(" in unit ", first[1].item<int64_t>()) : "";
  fail(Status::numeric, name, " of cell ", cell, " is ", value, unit, " (both counted from 0); ",
       wrong.sum().item<int64_t>(), " of ", values.numel(),
       " values are not finite. Wanted finite numbers: look for a diverged fit (lower train.learning_rate) or a "
       "damaged model");
}

at::Tensor covariance(const at::Tensor& cells) {
  at::Tensor sum;
  for_centred_blocks(cells.detach(), [&](const at::Tensor& block) {
    const at::Tensor part = product(block.t(), block);
    sum = sum.defined() ? sum.add_(part) : part;
  });
  return (sum + sum.t()) / (2 * (cells.size(0) - 1));
}

at::Tensor variance(const at::Tensor& cells) {
  at::Tensor sum;
  for_centred_blocks(cells.detach(), [&](const at::Tensor& block) {
    const at::Tensor part = block.square().sum(0);
    sum = sum.defined() ? sum.add_(part) : part;
  });
  return sum / (cells.size(0) - 1);
}

}  // namespace scprior
