// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <initializer_list>
#include <string_view>

#include "scprior/api.hpp"

// Letters used in every shape comment: N cells of the data set, B cells of a batch, G genes, D latent units,
// S posterior samples, K mixture components, T flow steps, H hidden width. Axis order [S, B, ...].

namespace scprior {

/// Stands for an axis of any length in check_shape.
inline constexpr int64_t any_length = -1;

/// Refuses a tensor whose shape is not `expected`.
/// Errors: Error{argument}: "z has shape [3, 4], expected [any, any, 128]"; an undefined tensor is refused too.
SCPRIOR_API void check_shape(std::string_view name, const at::Tensor& tensor,
                             std::initializer_list<int64_t> expected);

}  // namespace scprior
