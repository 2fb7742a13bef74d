// SPDX-License-Identifier: Apache-2.0
#include "runtime.hpp"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <mutex>

#include "scprior/core/log.hpp"
#include "scprior/core/process.hpp"

namespace scprior::capi {
namespace {

struct Runtime {
  std::mutex mutex;
  std::shared_ptr<const core::PluginHost> host;
  int n_threads = 0;  // 0 = not decided yet

  /// Under the lock.
  const std::shared_ptr<const core::PluginHost>& loaded() {
    if (!host) {
      auto first = std::make_shared<core::PluginHost>();
      first->load_standard_folders();
      host = std::move(first);
    }
    return host;
  }
};

/// Never destroyed: definitions may belong to a runtime that has ended before this library.
Runtime& runtime() {
  static Runtime& one = *new Runtime;
  return one;
}

class ToLog final : public c10::WarningHandler {
 public:
  void process(const c10::Warning& warning) override { core::log_message(2, warning.msg().c_str()); }
};

}  // namespace

std::shared_ptr<const core::PluginHost> host() {
  const std::lock_guard lock(runtime().mutex);
  return runtime().loaded();
}

void load_plugin(const std::filesystem::path& file) {
  const std::lock_guard lock(runtime().mutex);
  auto next = std::make_shared<core::PluginHost>(*runtime().loaded());
  std::exception_ptr failure;
  try {
    next->load_file(file);
  } catch (const Error&) {
    failure = std::current_exception();  // remembered with its reason, as a file that was looked at
  }
  runtime().host = std::move(next);
  if (failure) std::rethrow_exception(failure);
}

void define(core::ComponentEntry entry) {
  std::shared_ptr<const core::PluginHost> before;  // destroyed after the lock is gone: it may call `release`
  const std::lock_guard lock(runtime().mutex);
  auto next = std::make_shared<core::PluginHost>(*runtime().loaded());
  next->define(std::move(entry));
  before = std::move(runtime().host);
  runtime().host = std::move(next);
}

void set_threads(int64_t n_threads) {
  const std::lock_guard lock(runtime().mutex);
  core::prepare_process(n_threads);
  runtime().n_threads = at::get_num_threads();
}

struct Computation::State {
  ToLog handler;
  c10::WarningUtils::WarningHandlerGuard guard{&handler};
};

Computation::Computation() : state_(std::make_unique<State>()) {
  const std::lock_guard lock(runtime().mutex);
  if (runtime().n_threads == 0) {
    core::prepare_process(0);
    runtime().n_threads = at::get_num_threads();
  }
  if (at::get_num_threads() != runtime().n_threads) at::set_num_threads(runtime().n_threads);
}

Computation::~Computation() = default;

}  // namespace scprior::capi
