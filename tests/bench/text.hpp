// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "samples.hpp"
#include "scprior/core/results.hpp"

namespace scprior::bench {

/// "1543 (1490-1580)", each number times `factor` with `digits` decimals; "1543" if there is one value; "-" if none.
std::string with_range(const Summary& summary, int digits, double factor = 1);
/// The median alone.
std::string plain(const Summary& summary, int digits, double factor = 1);

/// An empty table. columns: titles; "title|unit" gives it a unit.
core::ResultTable make_table(const std::string& title, const std::string& caption,
                             const std::vector<std::string>& label_titles, const std::vector<std::string>& columns);
void add_row(core::ResultTable& table, const std::vector<std::string>& labels, const std::vector<std::string>& texts);

}  // namespace scprior::bench
