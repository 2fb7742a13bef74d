// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/core/fit.hpp"
#include "scprior/training_scope.hpp"

namespace scprior::core {

/// What train.precision stands for on this machine. "auto": bf16 where the processor multiplies it and the loss of the
/// first training cells is the same to 1e-3, else float32.
Precision resolve_precision(Model& model, const CellSource& cells, const Split& split, const FitOptions& options);

}  // namespace scprior::core
