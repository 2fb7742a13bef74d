// SPDX-License-Identifier: Apache-2.0
#include "scprior/error.hpp"

namespace scprior {

Error::Error(Status status, const std::string& message) : std::runtime_error(message), status_(status) {}
Error::~Error() = default;

}  // namespace scprior
