// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.hpp"
#include "samples.hpp"

namespace scprior::bench {

/// The quantity that each repetition has: what other processes took of the machine's time, 0 to 1.
inline const std::string others_share = "others_share";
/// A repetition with more of it is disturbed.
inline constexpr double disturbed_share = 0.1;

/// Makes the files, then goes through all tasks round by round, one process a task, forwards and backwards in turn, so
/// that a drift of the machine's speed hits all alike. A task that fails is not tried again. A repetition that is
/// disturbed is, `tries` times in all, and the least disturbed one counts. Tells what it does on the standard error.
Samples run_rounds(const Plan& plan, int64_t tries);

}  // namespace scprior::bench
