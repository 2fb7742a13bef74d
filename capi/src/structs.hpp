// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>

#include "guard.hpp"

namespace scprior::capi {

// Structs of callers that were compiled with an older or newer header are shorter or longer than this library's.

/// The struct of a caller: members it does not have are 0. size_1_0: of version 1.0, the least there can be.
/// Errors: Error{argument} NULL, or a struct_size below that.
template <class T>
T read_struct(const T* from, size_t size_1_0, const char* name) {
  need(from, "the ", name, " is NULL");
  need(from->struct_size >= size_1_0, name, ".struct_size is ", from->struct_size, ", must be sizeof(", name,
       "), which is ", sizeof(T), " here");
  T out = {};
  std::memcpy(static_cast<void*>(&out), from, std::min<size_t>(from->struct_size, sizeof(T)));
  return out;
}

/// Writes what fits into the struct of a caller, whose struct_size stays.
template <class T>
void write_struct(T values, T* to) {
  values.struct_size = to->struct_size;
  std::memcpy(static_cast<void*>(to), &values, std::min<size_t>(to->struct_size, sizeof(T)));
}

}  // namespace scprior::capi
