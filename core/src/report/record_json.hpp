// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/json_number.hpp"
#include "scprior/core/results.hpp"

namespace scprior::core {

/// "higher", "lower" or "neither".
std::string better_name(MetricValue::Better better);

/// The part of a record that a person or a table wants: no arrays, no columns of cells. Histories are kept.
Json scalars_to_json(const FitRecord& record);

}  // namespace scprior::core
