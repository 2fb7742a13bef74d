// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.hpp"
#include "samples.hpp"

namespace scprior::bench {

/// Makes the files, then goes through all tasks round by round, one process a task, forwards and backwards in turn, so
/// that a drift of the machine's speed hits all alike. A task that fails is not tried again. Tells what it does on the
/// standard error.
Samples run_rounds(const Plan& plan);

}  // namespace scprior::bench
