// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "bars.hpp"
#include "samples.hpp"
#include "scprior/core/report.hpp"

namespace scprior::bench {

/// Writes everything that was measured. *.tsv: one line per task and quantity: task, quantity, n, median, min, max; any
/// other name: JSON with conditions, every value of every repetition, failures, bars. Errors: Error{io}.
void write_results(const std::filesystem::path& file, const std::vector<core::Fact>& conditions, const Samples& samples,
                   const std::vector<Bar>& bars);

}  // namespace scprior::bench
