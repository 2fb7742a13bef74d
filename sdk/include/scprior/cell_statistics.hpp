// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "scprior/api.hpp"

namespace scprior {

/// Refuses values that are not finite numbers. `name` says what the values are: "the latent mean".
///
/// Shapes: values [N] or [N, D], one row per cell
/// Errors: Error{numeric} with the first cell and, of a matrix, unit: "the latent mean of cell 17 is nan in unit 3"
SCPRIOR_API void check_finite_cells(std::string_view name, const at::Tensor& values);

/// Covariance over cells, Σ_n (x_n - x̄)(x_n - x̄)ᵀ / (N - 1), added up in float64 without a float64 copy of the cells.
///
/// Shapes: cells [N, D] floating point -> [D, D] float64, exactly symmetric
/// Domain: N >= 2, finite values
/// Errors: Error{argument} for fewer than two cells
SCPRIOR_API at::Tensor covariance(const at::Tensor& cells);

/// The diagonal of covariance(cells) alone: [D] float64. Same domain and errors.
SCPRIOR_API at::Tensor variance(const at::Tensor& cells);

}  // namespace scprior
