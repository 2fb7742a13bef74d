// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/core/model.hpp"

namespace scprior::core {

/// Gives the prior the training cells it asks for, drawn without replacement.
/// Errors: Error{config} if there are fewer training cells than it asks for.
void initialise_prior(Model& model, const CellSource& cells, const Split& split, uint64_t seed, at::Device device);

}  // namespace scprior::core
