// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>

#include "scprior/abi.h"

// Descriptors of plugins that were compiled with an older header have shorter structs: members they do not have are
// read as 0, and elements of their arrays lie as far apart as their own struct_size says.

namespace scprior::core {

/// A struct as this host knows it. `T` starts with its size, or has it as its member struct_size.
template <class T>
T read_struct(const void* from, uint32_t struct_size) {
  T out = {};
  std::memcpy(&out, from, std::min<size_t>(struct_size, sizeof(T)));
  out.struct_size = sizeof(T);
  return out;
}

/// Element i of an array in a descriptor.
template <class T>
T read_element(const T* array, uint32_t i) {
  const auto* first = reinterpret_cast<const char*>(array);
  return read_struct<T>(first + static_cast<size_t>(i) * array->struct_size, array->struct_size);
}

/// Sizes of the structs of ABI 1.0: shorter ones were never valid.
inline constexpr uint32_t size_of_plugin_1_0 = offsetof(scprior_plugin, components) + sizeof(void*);
inline constexpr uint32_t size_of_component_1_0 = offsetof(scprior_component, create) + sizeof(void*);
inline constexpr uint32_t size_of_option_1_0 = offsetof(scprior_option, choices) + sizeof(void*);
inline constexpr uint32_t size_of_build_1_0 = offsetof(scprior_build, compiler) + sizeof(void*);
inline constexpr uint32_t size_of_prior_1_0 = offsetof(scprior_prior_c, destroy) + sizeof(void*);
inline constexpr uint32_t size_of_metric_1_0 = offsetof(scprior_metric_c, destroy) + sizeof(void*);

}  // namespace scprior::core
