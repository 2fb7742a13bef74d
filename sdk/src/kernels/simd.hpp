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

/// DEFINE(T, best, target, bytes) for float and double, once for each width of vectors, with the attribute of its
/// instruction set: functions that differ in it alone, among which the loader chooses as among clones.
#define SCPRIOR_BEST_VERSIONS(DEFINE) SCPRIOR_BEST_VERSIONS_OF(DEFINE, float) SCPRIOR_BEST_VERSIONS_OF(DEFINE, double)
#if SCPRIOR_VERSIONS
#define SCPRIOR_BEST_VERSIONS_OF(DEFINE, T)                      \
  DEFINE(T, best, __attribute__((target("arch=x86-64-v4"))), 64) \
  DEFINE(T, best, __attribute__((target("arch=x86-64-v3"))), 32) \
  DEFINE(T, best, __attribute__((target("default"))), 16)
#else
#define SCPRIOR_BEST_VERSIONS_OF(DEFINE, T) DEFINE(T, best, , 16)
#endif

/// And DEFINE(T, baseline, , bytes): the narrowest for InstructionSet::baseline.
#define SCPRIOR_ALL_VERSIONS(DEFINE) \
  SCPRIOR_BEST_VERSIONS(DEFINE) DEFINE(float, baseline, , 16) DEFINE(double, baseline, , 16)
