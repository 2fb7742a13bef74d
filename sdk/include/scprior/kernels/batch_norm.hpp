// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scprior/api.hpp"

namespace scprior::kernels {

/// y = γ (x - μ) / sqrt(σ² + ε) + β for each column of x [rows, width]; μ and σ² (divided by rows) are the column's.
///
/// Source: ioffe2015, algorithm 1. Shapes: x, out [rows, width], contiguous, which do not overlap; gamma, beta, mean,
/// variance [width]; gamma may be null, for γ = 1. T is float or double. Sums are in float64, row by row: results do
/// not depend on the number of threads. Domain: rows >= 1, epsilon > 0.
template <class T>
SCPRIOR_API void batch_norm(const T* x, int64_t rows, int64_t width, const T* gamma, const T* beta, double epsilon,
                            T* out, double* mean, double* variance);

/// Gradients of batch_norm for its gradient `grad` of y: with x̂ = (x - μ) / sqrt(σ² + ε) and averages over the column,
///   dx = γ / sqrt(σ² + ε) · (dy - <dy> - x̂ <dy x̂>),  dγ = Σ dy x̂,  dβ = Σ dy.
///
/// Source: derived from ioffe2015, section 3. Shapes as above; grad_gamma null where gamma is.
template <class T>
SCPRIOR_API void batch_norm_gradient(const T* x, const T* grad, int64_t rows, int64_t width, const T* gamma,
                                     const double* mean, const double* variance, double epsilon, T* grad_x,
                                     T* grad_gamma, T* grad_beta);

}  // namespace scprior::kernels
