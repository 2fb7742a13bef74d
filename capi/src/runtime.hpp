// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "scprior/core/plugin_host.hpp"

namespace scprior::capi {

/// The components there are at this moment, with the standard folders loaded. It does not change: who holds it needs no
/// lock while other threads load plugins or register definitions.
std::shared_ptr<const core::PluginHost> host();

/// Loads a plugin file for all later calls. Errors: as PluginHost::load_file.
void load_plugin(const std::filesystem::path& file);

/// Adds a definition for all later calls. Errors: as PluginHost::define.
void define(core::ComponentEntry entry);

/// Number of threads of all later computations; 0 = as many as the process may use.
void set_threads(int64_t n_threads);

/// Everything that computes runs below one of these: with the wanted number of threads, which LibTorch keeps by thread,
/// and with LibTorch's warnings going to the log instead of being printed.
class Computation {
 public:
  Computation();
  Computation(const Computation&) = delete;
  Computation& operator=(const Computation&) = delete;
  ~Computation();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace scprior::capi
