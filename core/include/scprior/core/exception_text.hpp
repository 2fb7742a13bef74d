// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

#include "scprior/api.hpp"

namespace scprior::core {

/// What an exception says, for users: LibTorch's without its stack, others than scprior's marked as internal errors.
SCPRIOR_API std::string exception_text(const std::exception& error);

}  // namespace scprior::core
