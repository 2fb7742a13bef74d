// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/log.hpp"

#include <memory>
#include <mutex>

namespace scprior::core {
namespace {

struct Holder {
  std::mutex mutex;
  std::shared_ptr<const LogSink> sink;
};

/// Never destroyed: plugins may log while the process ends.
Holder& holder() {
  static Holder& one = *new Holder;
  return one;
}

}  // namespace

void set_log_sink(LogSink sink) {
  auto next = sink ? std::make_shared<const LogSink>(std::move(sink)) : nullptr;
  const std::lock_guard lock(holder().mutex);
  holder().sink.swap(next);
}

void log_message(int32_t level, const char* text) noexcept {
  try {
    std::shared_ptr<const LogSink> sink;
    {
      const std::lock_guard lock(holder().mutex);
      sink = holder().sink;
    }
    // Called without the lock: a sink may log, or set another one.
    if (sink) (*sink)(level, text ? text : "");
  } catch (...) {
    // Dropped, see the header.
  }
}

}  // namespace scprior::core
