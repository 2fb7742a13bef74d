// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "scprior/count_matrix.hpp"
#include "scprior/kernels/count_block.hpp"

namespace scprior {

/// What makes one parameter of the counts' distribution from h: W h + b, or a free vector.
struct OutputLayer {
  at::Tensor weight;  ///< [G, H]; undefined: the parameter does not depend on h
  at::Tensor bias;    ///< [G]; without weight the parameter itself, [G] or [1]
};

/// In the order mean, dispersion, inflation; without bias: the distribution has no such parameter.
using OutputLayers = std::array<OutputLayer, 3>;

/// ln p(x | h) by a kernel: output products, value and gradients in one function of the autograd graph.
///
/// name: of the likelihood, in errors; `kernel` and `name` must outlive the graph (constants).
/// Shapes: counts [B, G], h [S, B, H], log_size [B] = ln(l / 1e4) -> [S, B]; all on the CPU, float or double.
/// Errors: Error{data} for entries that are no counts; in the backward pass Error{unsupported} for second derivatives.
at::Tensor fused_log_prob(const char* name, const kernels::CountKernel& kernel, const CountMatrix& counts,
                          const at::Tensor& h, const at::Tensor& log_size, const OutputLayers& layers);

}  // namespace scprior
