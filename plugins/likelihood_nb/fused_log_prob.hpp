// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/count_matrix.hpp"

namespace scprior {

/// What maps h to the parameters of the negative binomial.
struct OutputLayers {
  at::Tensor mean_weight;   ///< [G, H]
  at::Tensor mean_bias;     ///< [G]
  at::Tensor log_theta;     ///< [G] bias of ln θ where it depends on h; else [G] or [1] ln θ itself
  at::Tensor theta_weight;  ///< [G, H]; undefined: ln θ does not depend on h
};

/// ln p(x | h) by the kernel of the SDK: output products, value and gradients in one function of the autograd graph.
///
/// Shapes: counts [B, G], h [S, B, H], log_size [B] = ln(l / 1e4) -> [S, B]; all on the CPU, float or double.
/// Errors: Error{data} for entries that are no counts; in the backward pass Error{unsupported} for second derivatives.
at::Tensor fused_log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& log_size,
                          const OutputLayers& layers);

}  // namespace scprior
