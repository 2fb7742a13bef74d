// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace scprior {

/// The first M columns of the product of n reflections H_i = I - 2 v_i v_iᵀ / |v_i|², H_i = I where v_i = 0.
///
///     H_1 ... H_n = I - V T Vᵀ,   V = (v_1/|v_1|, ..., v_n/|v_n|),   T⁻¹ = strict upper triangle of VᵀV + I / 2
///
/// One triangular system instead of n products in a row. T has entries of at most 4: nothing is lost, also where the
/// vectors are nearly parallel.
/// Shapes: v [..., n, D] -> [..., D, M], orthonormal columns. Domain: M <= D, |v_i| in 1e-18 ... 1e18.
at::Tensor householder_columns(const at::Tensor& v, int64_t columns);

}  // namespace scprior
