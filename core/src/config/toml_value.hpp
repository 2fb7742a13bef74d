// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "config/document.hpp"
#include "scprior/options.hpp"

namespace scprior::core {

/// A node as an option's value; none for tables, dates and lists of mixed types. A list of whole and real numbers
/// becomes a list of reals.
std::optional<OptionValue> option_value(const config::Node& node);

/// The value written as `text`, e.g. `[512, 256]`; none if it is no TOML value.
std::optional<OptionValue> option_value_of_text(std::string_view text);

}  // namespace scprior::core
