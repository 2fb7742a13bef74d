// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/kernels/autoregressive.hpp"
#include "simd.hpp"

namespace scprior::kernels {

inline constexpr int64_t group_units = 6;  // by 4 vectors of columns they fill the registers of AVX-512

/// V vectors of columns of one group: out [6, stride] = start + weights · in. Input k is at in + row(k).
template <class T, int bytes, int V, class Row>
SCPRIOR_INLINE void staircase_panel(int64_t extent, const T* weights, const T* start, const T* in, Row row, T* out,
                                    int64_t stride) {
  using Vector = typename Simd<T, bytes>::Vector;
  constexpr int64_t lanes = Simd<T, bytes>::lanes;
  Vector sum[group_units][V] = {};
  for (int64_t u = 0; u < group_units; ++u)
    for (int64_t v = 0; v < V; ++v) sum[u][v] += start[u];
  for (int64_t k = 0; k < extent; ++k, weights += group_units) {
    const T* source = in + row(k);
    Vector x[V];
    for (int64_t v = 0; v < V; ++v) x[v] = Simd<T, bytes>::load(source + v * lanes);
#pragma GCC unroll 6
    for (int64_t u = 0; u < group_units; ++u) {
      const T weight = weights[u];
      for (int64_t v = 0; v < V; ++v) sum[u][v] += weight * x[v];
    }
  }
  for (int64_t u = 0; u < group_units; ++u)
    for (int64_t v = 0; v < V; ++v) Simd<T, bytes>::store(out + u * stride + v * lanes, sum[u][v]);
}

/// The units of groups [first, last), of which `weights` are the first's: out [6 (last - first), stride] for
/// in [inputs, stride]; a stride is a whole number of vectors. start: of the first group.
template <class T, int bytes, class Row>
SCPRIOR_INLINE void staircase_groups(const StaircaseLayer<T>& layer, int64_t first, int64_t last, const T* weights,
                                     const T* start, const T* in, Row row, T* out, int64_t stride) {
  constexpr int64_t lanes = Simd<T, bytes>::lanes;
  constexpr int widest = bytes == 64 ? 4 : 2;  // what the registers hold beside operands
  for (int64_t group = first; group < last; ++group) {
    const int64_t extent = layer.extents[group];
    int64_t column = 0;
    for (; column + widest * lanes <= stride; column += widest * lanes)
      staircase_panel<T, bytes, widest>(extent, weights, start, in + column, row, out + column, stride);
    if (column + 2 * lanes <= stride) {
      staircase_panel<T, bytes, 2>(extent, weights, start, in + column, row, out + column, stride);
      column += 2 * lanes;
    }
    if (column < stride) staircase_panel<T, bytes, 1>(extent, weights, start, in + column, row, out + column, stride);
    weights += extent * group_units;
    start += group_units;
    out += group_units * stride;
  }
}

}  // namespace scprior::kernels
