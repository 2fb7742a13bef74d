// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/version.h>

#include <exception>
#include <initializer_list>
#include <memory>
#include <type_traits>

#include "scprior/decoder.hpp"
#include "scprior/encoder.hpp"
#include "scprior/error.hpp"
#include "scprior/flow.hpp"
#include "scprior/likelihood.hpp"
#include "scprior/loader.hpp"
#include "scprior/metric.hpp"
#include "scprior/prior.hpp"

// What a C++ plugin's plugin.cpp includes. The whole of it reads:
//
//     SCPRIOR_PLUGIN(
//         (scprior::PluginInfo{.id = "vamp", .version = "0.1.0", .author = "...", .license = "Apache-2.0"}),
//         scprior::component<VampPrior>({.name = "vamp", .summary = "mixture of encoded pseudo-inputs", .citation =
//         "..."}))
//
// A component class is constructed from `const scprior::Options&` and has `static scprior::OptionTable options()`; one
// without options may be default-constructible instead.

namespace scprior {

struct PluginInfo {
  const char* id;
  const char* version;
  const char* author = "";
  const char* license = "";
  const char* url = "";
  uint16_t abi_major = SCPRIOR_ABI_MAJOR;  ///< of the header that the plugin is compiled with
  uint16_t abi_minor = SCPRIOR_ABI_MINOR;
};

struct ComponentInfo {
  const char* name;
  const char* summary;
  const char* citation = "";
  uint64_t capabilities = 0;  ///< SCPRIOR_OFFERS_KL, ... (scprior/abi.h): what is there beyond the duties of the kind
};

struct ComponentSpec {
  scprior_kind kind;
  ComponentInfo info;
  OptionTable options;
  int32_t (*create)(const scprior_host*, const scprior_options*, void** out);
};

/// Owns the C tables of one plugin.
class SCPRIOR_API PluginDescriptor {
 public:
  PluginDescriptor(const PluginInfo& info, const scprior_build& build, std::vector<ComponentSpec> components);
  PluginDescriptor(const PluginDescriptor&) = delete;
  PluginDescriptor& operator=(const PluginDescriptor&) = delete;
  ~PluginDescriptor();
  const scprior_plugin* get() const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

namespace detail {

template <class C>
constexpr scprior_kind kind_of() {
  if constexpr (std::is_base_of_v<Loader, C>) return SCPRIOR_KIND_LOADER;
  if constexpr (std::is_base_of_v<Encoder, C>) return SCPRIOR_KIND_ENCODER;
  if constexpr (std::is_base_of_v<Decoder, C>) return SCPRIOR_KIND_DECODER;
  if constexpr (std::is_base_of_v<Flow, C>) return SCPRIOR_KIND_FLOW;
  if constexpr (std::is_base_of_v<Prior, C>) return SCPRIOR_KIND_PRIOR;
  if constexpr (std::is_base_of_v<Likelihood, C>) return SCPRIOR_KIND_LIKELIHOOD;
  if constexpr (std::is_base_of_v<Metric, C>) return SCPRIOR_KIND_METRIC;
}

/// Runs `body`; what it throws becomes a status and a text left with the host.
template <class Body>
int32_t guarded(const scprior_host* host, Body body) noexcept {
  try {
    body();
    return SCPRIOR_OK;
  } catch (const Error& error) {
    host->set_error(host->context, static_cast<int32_t>(error.status()), error.what());
    return static_cast<int32_t>(error.status());
  } catch (const std::exception& error) {
    host->set_error(host->context, SCPRIOR_E_PLUGIN, error.what());
  } catch (...) {
    host->set_error(host->context, SCPRIOR_E_PLUGIN, "an exception that is no std::exception");
  }
  return SCPRIOR_E_PLUGIN;
}

template <class C>
int32_t create(const scprior_host* host, const scprior_options* options, void** out) {
  return guarded(host, [&] {
    Component* made;
    if constexpr (std::is_constructible_v<C, const Options&>)
      made = new C(*reinterpret_cast<const Options*>(options));
    else
      made = new C();
    *out = made;
  });
}

/// The facts of the including translation unit, hence of the plugin.
static inline scprior_build build_facts() {
  scprior_build build = {};
  build.struct_size = sizeof(scprior_build);
  build.sdk_epoch = SCPRIOR_SDK_EPOCH;
  build.torch_version = TORCH_VERSION_MAJOR * 10000 + TORCH_VERSION_MINOR * 100 + TORCH_VERSION_PATCH;
  build.gxx_abi = __GXX_ABI_VERSION;
#ifdef _GLIBCXX_USE_CXX11_ABI
  build.cxx11_abi = _GLIBCXX_USE_CXX11_ABI;
#endif
#ifdef __SANITIZE_ADDRESS__
  build.flags |= SCPRIOR_BUILD_ASAN;
#endif
#ifdef __SANITIZE_THREAD__
  build.flags |= SCPRIOR_BUILD_TSAN;
#endif
#ifdef _GLIBCXX_DEBUG
  build.flags |= SCPRIOR_BUILD_GLIBCXX_DEBUG;
#endif
  build.compiler = __VERSION__;
  return build;
}

}  // namespace detail

template <class C>
ComponentSpec component(const ComponentInfo& info) {
  static_assert(std::is_base_of_v<Component, C>, "a component derives from one of the interfaces of scprior");
  OptionTable table;
  if constexpr (requires { C::options(); }) table = C::options();
  return {detail::kind_of<C>(), info, std::move(table), &detail::create<C>};
}

}  // namespace scprior

#define SCPRIOR_JOIN_6(a, b, c, d, e, f) scprior_build__epoch##a##__torch##b##_##c##_##d##__gxx##e##__san##f
#define SCPRIOR_EXPAND_6(a, b, c, d, e, f) SCPRIOR_JOIN_6(a, b, c, d, e, f)
#if defined(__SANITIZE_ADDRESS__)
#define SCPRIOR_SANITIZER 1
#elif defined(__SANITIZE_THREAD__)
#define SCPRIOR_SANITIZER 2
#else
#define SCPRIOR_SANITIZER 0
#endif
/// Name of the marker symbol: the build facts that the host compares before it loads the file.
#define SCPRIOR_MARKER                                                                               \
  SCPRIOR_EXPAND_6(SCPRIOR_SDK_EPOCH, TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH, \
                   __GXX_ABI_VERSION, SCPRIOR_SANITIZER)

#define SCPRIOR_PLUGIN(info, ...)                                                                       \
  extern "C" {                                                                                          \
  SCPRIOR_EXPORT extern const char SCPRIOR_MARKER;                                                      \
  const char SCPRIOR_MARKER = 1;                                                                        \
  SCPRIOR_EXPORT const scprior_plugin* scprior_plugin_entry_v1(const scprior_host* host) {              \
    const scprior_plugin* result = nullptr;                                                             \
    scprior::detail::guarded(host, [&] {                                                                \
      static const scprior::PluginDescriptor descriptor(info, scprior::detail::build_facts(), {__VA_ARGS__}); \
      result = descriptor.get();                                                                        \
    });                                                                                                 \
    return result;                                                                                      \
  }                                                                                                     \
  }                                                                                                     \
  static_assert(true, "a semicolon follows")
