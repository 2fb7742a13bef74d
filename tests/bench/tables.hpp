// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "arguments.hpp"
#include "bars.hpp"
#include "samples.hpp"
#include "scprior/core/report.hpp"
#include "scprior/core/results.hpp"

namespace scprior::bench {

/// What the numbers were measured on and with.
std::vector<core::Fact> conditions(const Samples& samples, const Arguments& arguments);

/// Tables of what was measured; those of what was not asked for are left out. A task that failed has "-".
std::vector<core::ResultTable> training_tables(const Samples& samples, const Arguments& arguments);
std::vector<core::ResultTable> other_tables(const Samples& samples, const Arguments& arguments);
core::ResultTable bars_table(const std::vector<Bar>& bars, const Samples& samples);

}  // namespace scprior::bench
