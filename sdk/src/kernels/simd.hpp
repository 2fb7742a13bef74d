// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scprior/parallel.hpp"

namespace scprior::kernels {

/// As wide as the registers of an instruction set: GCC takes wider vectors apart through memory.
template <class T, int bytes>
struct Simd {
  typedef T Vector __attribute__((vector_size(bytes), aligned(alignof(T)), may_alias));
  static constexpr int64_t lanes = bytes / sizeof(T);

  static SCPRIOR_INLINE Vector load(const T* place) { return *reinterpret_cast<const Vector*>(place); }
  static SCPRIOR_INLINE void store(T* place, Vector vector) { *reinterpret_cast<Vector*>(place) = vector; }
};

}  // namespace scprior::kernels

/// DEFINE(target, bytes) once for each width of vectors, with the attribute of its instruction set: functions that
/// differ in it alone, among which the loader chooses as among clones.
#if SCPRIOR_VERSIONS
#define SCPRIOR_FOR_EACH_WIDTH(DEFINE)                    \
  DEFINE(__attribute__((target("arch=x86-64-v4"))), 64)   \
  DEFINE(__attribute__((target("arch=x86-64-v3"))), 32)   \
  DEFINE(__attribute__((target("default"))), 16)
#else
#define SCPRIOR_FOR_EACH_WIDTH(DEFINE) DEFINE(, 16)
#endif
