// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "scprior/api.hpp"

namespace scprior::core {

/// level: 0 debug, 1 information, 2 warning, 3 error. The text is UTF-8 and lives during the call.
using LogSink = std::function<void(int32_t level, const char* text)>;

/// Where messages of plugins (scprior_host.log) go from now on; an empty sink (the default) drops them. Called on the
/// thread that the message comes from. Threads: may be set at any time.
SCPRIOR_API void set_log_sink(LogSink sink);

/// Sends a message to the sink. What the sink throws is dropped: messages are never worth a failure.
SCPRIOR_API void log_message(int32_t level, const char* text) noexcept;

}  // namespace scprior::core
