// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "scprior/core/report.hpp"

namespace scprior::core {

/// What was read, what of it the models saw, and how the cells were split, as HTML.
std::string data_section(const ReportInput& input);

}  // namespace scprior::core
