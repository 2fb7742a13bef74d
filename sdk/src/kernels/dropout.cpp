// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/dropout.hpp"

#include "scprior/parallel.hpp"

namespace scprior::kernels {
namespace {

SCPRIOR_INLINE uint64_t split_mix(uint64_t seed, uint64_t position) {
  uint64_t z = seed + (position + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Elements 2 first .. 2 last.
template <class T>
SCPRIOR_INLINE void mask_pairs(uint64_t seed, uint32_t dropped_below, T kept, int64_t first, int64_t last, T* out) {
#pragma omp simd
  for (int64_t i = first; i < last; ++i) {
    const uint64_t bits = split_mix(seed, static_cast<uint64_t>(i));
    out[2 * i] = static_cast<uint32_t>(bits) < dropped_below ? T(0) : kept;
    out[2 * i + 1] = static_cast<uint32_t>(bits >> 32) < dropped_below ? T(0) : kept;
  }
}

SCPRIOR_MULTIVERSION void mask(uint64_t seed, uint32_t below, float kept, int64_t first, int64_t last, float* out) {
  mask_pairs(seed, below, kept, first, last, out);
}
SCPRIOR_MULTIVERSION void mask(uint64_t seed, uint32_t below, double kept, int64_t first, int64_t last, double* out) {
  mask_pairs(seed, below, kept, first, last, out);
}

}  // namespace

template <class T>
void dropout_mask(uint64_t seed, double p, int64_t n, T* out) {
  const uint32_t dropped_below = static_cast<uint32_t>(p * 4294967296.0);
  const T kept = static_cast<T>(1 / (1 - p));
  const int64_t pairs = n / 2;
  parallel_for(0, pairs, 1 << 14,
               [&](int64_t first, int64_t last) { mask(seed, dropped_below, kept, first, last, out); });
  if (n % 2 == 1) out[n - 1] = static_cast<uint32_t>(split_mix(seed, pairs)) < dropped_below ? T(0) : kept;
}

template SCPRIOR_API void dropout_mask<float>(uint64_t, double, int64_t, float*);
template SCPRIOR_API void dropout_mask<double>(uint64_t, double, int64_t, double*);

}  // namespace scprior::kernels
