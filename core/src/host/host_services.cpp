// SPDX-License-Identifier: Apache-2.0
#include "host/host_services.hpp"

#include "scprior/core/log.hpp"
#include "scprior/plugin.hpp"

namespace scprior::core {
namespace {

HostServices& services(void* context) { return *static_cast<HostServices*>(context); }

const Options& options_of(const scprior_options* options) {
  if (!options) fail(Status::argument, "options are read from a null pointer");
  return *reinterpret_cast<const Options*>(options);
}

/// A list that is read: where it lies and how long it is.
template <class T>
void give(const std::vector<T>& list, const T** values, int64_t* n) {
  *values = list.data();
  *n = static_cast<int64_t>(list.size());
}

}  // namespace

// Nothing is thrown into a plugin, whose language may not know exceptions.
HostServices::HostServices() {
  using Values = const scprior_options*;
  host_.struct_size = sizeof(scprior_host);
  host_.abi_major = SCPRIOR_ABI_MAJOR;
  host_.abi_minor = SCPRIOR_ABI_MINOR;
  host_.context = this;
  host_.log = [](void*, int32_t level, const char* text) { log_message(level, text); };
  host_.set_error = [](void* context, int32_t, const char* text) {
    try {
      services(context).error_ = text ? text : "";
    } catch (...) {
      // No memory for the text: the status alone has to do.
    }
  };
  host_.option_boolean = [](void* context, Values options, const char* name, int32_t* value) {
    return detail::guarded(services(context).host(), [&] { *value = options_of(options).boolean(name); });
  };
  host_.option_integer = [](void* context, Values options, const char* name, int64_t* value) {
    return detail::guarded(services(context).host(), [&] { *value = options_of(options).integer(name); });
  };
  host_.option_real = [](void* context, Values options, const char* name, double* value) {
    return detail::guarded(services(context).host(), [&] { *value = options_of(options).real(name); });
  };
  host_.option_text = [](void* context, Values options, const char* name, const char** value) {
    return detail::guarded(services(context).host(), [&] { *value = options_of(options).text(name).c_str(); });
  };
  host_.option_integers = [](void* context, Values options, const char* name, const int64_t** values, int64_t* n) {
    return detail::guarded(services(context).host(), [&] { give(options_of(options).integers(name), values, n); });
  };
  host_.option_reals = [](void* context, Values options, const char* name, const double** values, int64_t* n) {
    return detail::guarded(services(context).host(), [&] { give(options_of(options).reals(name), values, n); });
  };
  host_.option_texts = [](void* context, Values options, const char* name, const char* const** values, int64_t* n) {
    return detail::guarded(services(context).host(), [&] {
      auto& list = services(context).texts_.emplace_back();
      for (const std::string& text : options_of(options).texts(name)) list.push_back(text.c_str());
      *values = list.data();
      *n = static_cast<int64_t>(list.size());
    });
  };
}

}  // namespace scprior::core
