// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/nn.hpp"
#include "scprior/options.hpp"

namespace scprior::nn {

/// The rows of a component's option table that describe its hidden layers: activation, batch_norm, batch_norm_scale,
/// batch_norm_momentum, dropout.
SCPRIOR_API OptionTable block_option_rows();

/// What the user chose in these rows.
SCPRIOR_API BlockOptions block_options(const Options& options);

}  // namespace scprior::nn
