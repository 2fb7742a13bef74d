// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior.h"
#include "scprior/core/fit.hpp"

namespace scprior::capi {

/// Calls a caller's progress function, if there is one. False = stop.
bool tell(scprior_progress_function function, void* user, const core::FitProgress& progress);

}  // namespace scprior::capi
