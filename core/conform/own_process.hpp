// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "verdicts.hpp"

namespace scprior::conform {

/// Starts this program again with `arguments`, shows the verdicts it prints, and adds them to `counts`. A crash, a hang
/// of more than `timeout` seconds, an early end and stray output are verdicts too.
void run_in_own_process(const std::vector<std::string>& arguments, const std::string& component, double timeout,
                        Counts& counts);

}  // namespace scprior::conform
