// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/normal_mixture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "scprior/parallel.hpp"

namespace scprior::kernels {
namespace {

// Rows of z that share one pass over the components. Work is always split into whole tiles, so that a row's arithmetic
// does not depend on the number of threads.
constexpr int64_t tile = 4;

/// c[r][k] = log-density of row z[r] under component k.
template <class T>
SCPRIOR_INLINE void component_tile(const NormalMixtureView<T>& mix, const T* const z[tile], T* const c[tile]) {
  const T *z0 = z[0], *z1 = z[1], *z2 = z[2], *z3 = z[3];
  for (int64_t k = 0; k < mix.components; ++k) {
    const T* mean = mix.mean + k * mix.dims;
    const T* scale = mix.inverse_sd + k * mix.dims;
    T s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
    for (int64_t d = 0; d < mix.dims; ++d) {
      const T a0 = (z0[d] - mean[d]) * scale[d], a1 = (z1[d] - mean[d]) * scale[d];
      const T a2 = (z2[d] - mean[d]) * scale[d], a3 = (z3[d] - mean[d]) * scale[d];
      s0 += a0 * a0;
      s1 += a1 * a1;
      s2 += a2 * a2;
      s3 += a3 * a3;
    }
    c[0][k] = mix.offset[k] - T(0.5) * s0;
    c[1][k] = mix.offset[k] - T(0.5) * s1;
    c[2][k] = mix.offset[k] - T(0.5) * s2;
    c[3][k] = mix.offset[k] - T(0.5) * s3;
  }
}

template <class T>
SCPRIOR_INLINE void z_rows(const NormalMixtureView<T>& mix, const T* responsibility, const T* grad, T* out,
                           int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const T* z = mix.z + row * mix.dims;
    T* total = out + row * mix.dims;
    std::fill(total, total + mix.dims, T(0));
    for (int64_t k = 0; k < mix.components; ++k) {
      const T weight = -grad[row] * responsibility[row * mix.components + k];
      if (weight == 0) continue;  // most of them: far components have responsibility 0
      const T* mean = mix.mean + k * mix.dims;
      const T* scale = mix.inverse_sd + k * mix.dims;
#pragma omp simd
      for (int64_t d = 0; d < mix.dims; ++d) total[d] += weight * ((z[d] - mean[d]) * scale[d] * scale[d]);
    }
  }
}

template <class T>
SCPRIOR_INLINE void component_rows(const NormalMixtureView<T>& mix, const T* responsibility, const T* grad,
                                   T* grad_mean, T* grad_log_var, T* grad_log_weight, int64_t first, int64_t last) {
  for (int64_t k = first; k < last; ++k) {
    const T* mean = mix.mean + k * mix.dims;
    const T* scale = mix.inverse_sd + k * mix.dims;
    T* of_mean = grad_mean + k * mix.dims;
    T* of_log_var = grad_log_var + k * mix.dims;
    std::fill(of_mean, of_mean + mix.dims, T(0));
    std::fill(of_log_var, of_log_var + mix.dims, T(0));
    T total = 0;
    for (int64_t row = 0; row < mix.rows; ++row) {
      const T weight = grad[row] * responsibility[row * mix.components + k];
      if (weight == 0) continue;
      total += weight;
      const T* z = mix.z + row * mix.dims;
#pragma omp simd
      for (int64_t d = 0; d < mix.dims; ++d) {
        const T a = (z[d] - mean[d]) * scale[d];
        of_mean[d] += weight * (a * scale[d]);
        of_log_var[d] += weight * (T(0.5) * a * a - T(0.5));
      }
    }
    grad_log_weight[k] = total;
  }
}

// One multiversioned function per element type: attributes do not reach templates' instantiations reliably.
#define SCPRIOR_MIXTURE_KERNELS(T)                                                                                     \
  SCPRIOR_MULTIVERSION void tile_##T(const NormalMixtureView<T>& mix, const T* const* z, T* const* c) {                \
    component_tile<T>(mix, z, c);                                                                                      \
  }                                                                                                                    \
  SCPRIOR_MULTIVERSION void z_rows_##T(const NormalMixtureView<T>& mix, const T* r, const T* g, T* out, int64_t first, \
                                       int64_t last) {                                                                 \
    z_rows<T>(mix, r, g, out, first, last);                                                                            \
  }                                                                                                                    \
  SCPRIOR_MULTIVERSION void component_rows_##T(const NormalMixtureView<T>& mix, const T* r, const T* g, T* m, T* v,    \
                                               T* w, int64_t first, int64_t last) {                                    \
    component_rows<T>(mix, r, g, m, v, w, first, last);                                                                \
  }                                                                                                                    \
  void run_tile(const NormalMixtureView<T>& mix, const T* const* z, T* const* c) { tile_##T(mix, z, c); }              \
  void run_z(const NormalMixtureView<T>& mix, const T* r, const T* g, T* out, int64_t first, int64_t last) {           \
    z_rows_##T(mix, r, g, out, first, last);                                                                           \
  }                                                                                                                    \
  void run_components(const NormalMixtureView<T>& mix, const T* r, const T* g, T* m, T* v, T* w, int64_t first,        \
                      int64_t last) {                                                                                  \
    component_rows_##T(mix, r, g, m, v, w, first, last);                                                               \
  }
SCPRIOR_MIXTURE_KERNELS(float)
SCPRIOR_MIXTURE_KERNELS(double)
#undef SCPRIOR_MIXTURE_KERNELS

/// Turns log-densities c [n] into responsibilities and returns their log-sum-exp.
template <class T>
T normalise(T* c, int64_t n) {
  const T lowest = -std::numeric_limits<T>::infinity();
  T top = lowest;
  for (int64_t k = 0; k < n; ++k) top = std::max(top, c[k]);
  T total = 0;
  if (top == lowest) {  // no component has any density here, or all are NaN, which must not be hidden
    for (int64_t k = 0; k < n; ++k) total += c[k];
    std::fill(c, c + n, std::isnan(total) ? total : T(0));
    return total;
  }
  for (int64_t k = 0; k < n; ++k) total += c[k] = std::exp(c[k] - top);
  for (int64_t k = 0; k < n; ++k) c[k] /= total;
  return top + std::log(total);
}

}  // namespace

template <class T>
void normal_mixture_forward(const NormalMixtureView<T>& mix, T* log_prob, T* responsibility) {
  const int64_t n_tiles = (mix.rows + tile - 1) / tile;
  parallel_for(0, n_tiles, 1, [&](int64_t first, int64_t last) {
    std::vector<T> scratch(responsibility ? 0 : tile * mix.components);
    for (int64_t t = first; t < last; ++t) {
      const T* z[tile];
      T* c[tile];
      for (int64_t r = 0; r < tile; ++r) {
        const int64_t row = std::min(t * tile + r, mix.rows - 1);  // the last tile repeats the last row
        z[r] = mix.z + row * mix.dims;
        c[r] = responsibility ? responsibility + row * mix.components : scratch.data() + r * mix.components;
      }
      run_tile(mix, z, c);
      for (int64_t r = 0; r < tile && t * tile + r < mix.rows; ++r)
        log_prob[t * tile + r] = normalise(c[r], mix.components);
    }
  });
}

template <class T>
void normal_mixture_grad_z(const NormalMixtureView<T>& mix, const T* responsibility, const T* grad, T* out) {
  parallel_for(0, mix.rows, 4,
               [&](int64_t first, int64_t last) { run_z(mix, responsibility, grad, out, first, last); });
}

template <class T>
void normal_mixture_grad_components(const NormalMixtureView<T>& mix, const T* responsibility, const T* grad,
                                    T* grad_mean, T* grad_log_var, T* grad_log_weight) {
  parallel_for(0, mix.components, 8, [&](int64_t first, int64_t last) {
    run_components(mix, responsibility, grad, grad_mean, grad_log_var, grad_log_weight, first, last);
  });
}

#define SCPRIOR_INSTANTIATE(T)                                                                                         \
  template SCPRIOR_API void normal_mixture_forward<T>(const NormalMixtureView<T>&, T*, T*);                            \
  template SCPRIOR_API void normal_mixture_grad_z<T>(const NormalMixtureView<T>&, const T*, const T*, T*);             \
  template SCPRIOR_API void normal_mixture_grad_components<T>(const NormalMixtureView<T>&, const T*, const T*, T*, T*, \
                                                              T*);
SCPRIOR_INSTANTIATE(float)
SCPRIOR_INSTANTIATE(double)
#undef SCPRIOR_INSTANTIATE

}  // namespace scprior::kernels
