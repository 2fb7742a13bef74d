// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace scprior::core {

/// `value` with that many decimals, or as 1.23e-05 where decimals is -1; "NaN", "Inf", "-Inf". Never "-0.0".
std::string format_number(double value, int decimals);

/// The shortest text that reads back as `value`; "NaN", "Inf", "-Inf".
std::string format_exact(double value);

/// Decimals that suit all of `values`: about four digits of the largest; none if all are whole numbers.
int decimals_for(std::span<const double> values);

/// &, <, >, " and ' as entities.
std::string html_escaped(const std::string& text);

/// Characters of a UTF-8 text, combining marks left out: what it takes on a terminal, for scripts of single width.
size_t display_width(const std::string& text);

}  // namespace scprior::core
