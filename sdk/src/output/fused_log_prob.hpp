// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers.hpp"
#include "scprior/count_matrix.hpp"
#include "scprior/kernels/count_block.hpp"

namespace scprior::output {

/// ln p(x | h) by a kernel: output products, value and gradients in one function of the autograd graph, tile by tile of
/// genes. Within a TrainingScope the products use its precision, and the weights' gradients are made by rows.
///
/// name: of the likelihood, in errors; `kernel` and `name` must outlive the graph (constants).
/// Shapes: counts [B, G], h [S, B, H], log_size [B] = ln(l / 1e4) -> [S, B]; all on the CPU, float or double.
/// Memory: while the graph lives [S B, G] numbers for each linear layer, with G up to a whole tile; otherwise a few MB.
/// Cost:   a backward pass whose upstream gradients differ from row to row evaluates once more.
/// Errors: Error{data} for entries that are no counts; in the backward pass Error{unsupported} for second derivatives.
at::Tensor fused_log_prob(const char* name, const kernels::CountKernel& kernel, const CountMatrix& counts,
                          const at::Tensor& h, const at::Tensor& log_size, const Layers& layers);

}  // namespace scprior::output
