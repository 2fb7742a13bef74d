// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "scprior/abi.h"

namespace scprior::app {

/// "prior" or "priors". Errors: Error{argument} with the kinds there are.
scprior_kind kind_of(const std::string& name);

}  // namespace scprior::app
