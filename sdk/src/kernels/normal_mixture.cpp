// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/normal_mixture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "scprior/kernels/flush_denormals.hpp"
#include "scprior/parallel.hpp"
#include "simd.hpp"
#include "vector_math.hpp"

namespace scprior::kernels {
namespace {

// Rows of z that share one pass over the components. Work is always split into whole tiles, so that a row's arithmetic
// does not depend on the number of threads.
constexpr int64_t tile = 4;

/// Turns log-densities c [n] into responsibilities and returns their log-sum-exp. A share below e^negligible counts as
/// 0; it would not change the sum, and numbers below 1e-38 cost a hundred cycles each.
template <class T>
SCPRIOR_INLINE T normalise(T* c, int64_t n) {
  constexpr T lowest = -std::numeric_limits<T>::infinity(), negligible = sizeof(T) == 4 ? -86 : -700;
  T top = lowest, total = 0;
#pragma omp simd reduction(max : top)
  for (int64_t k = 0; k < n; ++k) top = c[k] > top ? c[k] : top;
  if (top == lowest) {  // no component has any density here, or all are NaN, which must not be hidden
    for (int64_t k = 0; k < n; ++k) total += c[k];
    std::fill(c, c + n, std::isnan(total) ? total : T(0));
    return total;
  }
#pragma omp simd reduction(+ : total)
  for (int64_t k = 0; k < n; ++k) {
    const T below = c[k] - top;
    c[k] = below < negligible ? T(0) : exponential(limited(below, negligible, T(0)));
    total += c[k];
  }
#pragma omp simd
  for (int64_t k = 0; k < n; ++k) c[k] /= total;
  return top + std::log(total);
}

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

/// What has a weight other than 0: few where most components are far away.
template <class T>
class Weighted {
 public:
  explicit Weighted(int64_t most) : index(most), weight(most) {}
  SCPRIOR_INLINE void add(int64_t i, T w) {
    index[n] = i;
    weight[n] = w;
    n += w != 0;
  }

  std::vector<int64_t> index;
  std::vector<T> weight;
  int64_t n = 0;
};

/// out[d, + V vectors) = Σ_k weight_k (z - mean_k) / variance_k.
template <class T, int bytes, int V>
SCPRIOR_INLINE void z_block(const NormalMixtureView<T>& mix, const Weighted<T>& components, const T* z, int64_t d,
                            T* out) {
  using S = Simd<T, bytes>;
  typename S::Vector of_z[V], total[V] = {};
  for (int v = 0; v < V; ++v) of_z[v] = S::load(z + d + v * S::lanes);
  for (int64_t i = 0; i < components.n; ++i) {
    const T weight = components.weight[i];
    const T* mean = mix.mean + components.index[i] * mix.dims + d;
    const T* inverse_sd = mix.inverse_sd + components.index[i] * mix.dims + d;
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      const auto scale = S::load(inverse_sd + v * S::lanes);
      total[v] += weight * ((of_z[v] - S::load(mean + v * S::lanes)) * scale * scale);
    }
  }
  for (int v = 0; v < V; ++v) S::store(out + d + v * S::lanes, total[v]);
}

template <class T, int bytes>
SCPRIOR_INLINE void z_rows(const NormalMixtureView<T>& mix, const T* responsibility, const T* grad, T* out,
                           int64_t first, int64_t last) {
  constexpr int64_t lanes = Simd<T, bytes>::lanes;
  Weighted<T> components(mix.components);
  for (int64_t row = first; row < last; ++row) {
    components.n = 0;
    for (int64_t k = 0; k < mix.components; ++k)
      components.add(k, -grad[row] * responsibility[row * mix.components + k]);
    const T* z = mix.z + row * mix.dims;
    T* place = out + row * mix.dims;
    int64_t d = 0;
    for (; d + 4 * lanes <= mix.dims; d += 4 * lanes) z_block<T, bytes, 4>(mix, components, z, d, place);
    for (; d + lanes <= mix.dims; d += lanes) z_block<T, bytes, 1>(mix, components, z, d, place);
    for (; d < mix.dims; ++d) z_block<T, sizeof(T), 1>(mix, components, z, d, place);
  }
}

/// With a = (z_m - mean) / sd: of_mean[d, + V vectors) = Σ_m weight_m a / sd, of_log_var = ½ Σ_m weight_m (a² - 1).
template <class T, int bytes, int V>
SCPRIOR_INLINE void component_block(const NormalMixtureView<T>& mix, const Weighted<T>& rows, int64_t k, T total,
                                    int64_t d, T* of_mean, T* of_log_var) {
  using S = Simd<T, bytes>;
  typename S::Vector mean[V], scale[V], sum[V] = {}, squares[V] = {};
  for (int v = 0; v < V; ++v) {
    mean[v] = S::load(mix.mean + k * mix.dims + d + v * S::lanes);
    scale[v] = S::load(mix.inverse_sd + k * mix.dims + d + v * S::lanes);
  }
  for (int64_t i = 0; i < rows.n; ++i) {
    const T weight = rows.weight[i];
    const T* z = mix.z + rows.index[i] * mix.dims + d;
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      const auto a = (S::load(z + v * S::lanes) - mean[v]) * scale[v], weighted = weight * a;
      sum[v] += weighted;
      squares[v] += weighted * a;
    }
  }
  for (int v = 0; v < V; ++v) {
    S::store(of_mean + k * mix.dims + d + v * S::lanes, sum[v] * scale[v]);
    S::store(of_log_var + k * mix.dims + d + v * S::lanes, T(0.5) * (squares[v] - total));
  }
}

template <class T, int bytes>
SCPRIOR_INLINE void component_rows(const NormalMixtureView<T>& mix, const T* responsibility, const T* grad,
                                   T* of_mean, T* of_log_var, T* of_log_weight, int64_t first, int64_t last) {
  constexpr int64_t lanes = Simd<T, bytes>::lanes;
  Weighted<T> rows(mix.rows);
  for (int64_t k = first; k < last; ++k) {
    rows.n = 0;
    for (int64_t row = 0; row < mix.rows; ++row) rows.add(row, grad[row] * responsibility[row * mix.components + k]);
    T total = 0;
    for (int64_t i = 0; i < rows.n; ++i) total += rows.weight[i];
    of_log_weight[k] = total;
    int64_t d = 0;
    for (; d + 4 * lanes <= mix.dims; d += 4 * lanes)
      component_block<T, bytes, 4>(mix, rows, k, total, d, of_mean, of_log_var);
    for (; d + lanes <= mix.dims; d += lanes)
      component_block<T, bytes, 1>(mix, rows, k, total, d, of_mean, of_log_var);
    for (; d < mix.dims; ++d) component_block<T, sizeof(T), 1>(mix, rows, k, total, d, of_mean, of_log_var);
  }
}

#define SCPRIOR_MIXTURE_GRADIENTS(T, SET, TARGET, BYTES)                                                               \
  TARGET void SET##_z(const NormalMixtureView<T>& mix, const T* r, const T* g, T* out, int64_t first, int64_t last) {  \
    z_rows<T, BYTES>(mix, r, g, out, first, last);                                                                     \
  }                                                                                                                    \
  TARGET void SET##_components(const NormalMixtureView<T>& mix, const T* r, const T* g, T* m, T* v, T* w,              \
                              int64_t first, int64_t last) {                                                           \
    component_rows<T, BYTES>(mix, r, g, m, v, w, first, last);                                                         \
  }
SCPRIOR_BEST_VERSIONS(SCPRIOR_MIXTURE_GRADIENTS)
#undef SCPRIOR_MIXTURE_GRADIENTS

// One multiversioned function per element type: attributes do not reach templates' instantiations reliably.
#define SCPRIOR_MIXTURE_TILE(T)                                                                           \
  SCPRIOR_MULTIVERSION void tile_##T(const NormalMixtureView<T>& mix, const T* const* z, T* const* c,     \
                                     int64_t rows, T* log_prob) {                                         \
    component_tile<T>(mix, z, c);                                                                         \
    for (int64_t r = 0; r < rows; ++r) log_prob[r] = normalise(c[r], mix.components);                     \
  }                                                                                                       \
  void run_tile(const NormalMixtureView<T>& mix, const T* const* z, T* const* c, int64_t rows, T* p) {    \
    tile_##T(mix, z, c, rows, p);                                                                         \
  }
SCPRIOR_MIXTURE_TILE(float)
SCPRIOR_MIXTURE_TILE(double)
#undef SCPRIOR_MIXTURE_TILE

}  // namespace

template <class T>
void normal_mixture_forward(const NormalMixtureView<T>& mix, T* log_prob, T* responsibility) {
  const int64_t n_tiles = (mix.rows + tile - 1) / tile;
  parallel_for(0, n_tiles, 1, [&](int64_t first, int64_t last) {
    const FlushDenormals flush;
    std::vector<T> scratch(responsibility ? 0 : tile * mix.components);
    for (int64_t t = first; t < last; ++t) {
      const T* z[tile];
      T* c[tile];
      for (int64_t r = 0; r < tile; ++r) {
        const int64_t row = std::min(t * tile + r, mix.rows - 1);  // the last tile repeats the last row
        z[r] = mix.z + row * mix.dims;
        c[r] = responsibility ? responsibility + row * mix.components : scratch.data() + r * mix.components;
      }
      run_tile(mix, z, c, std::min(tile, mix.rows - t * tile), log_prob + t * tile);
    }
  });
}

template <class T>
void normal_mixture_grad_z(const NormalMixtureView<T>& mix, const T* responsibility, const T* grad, T* out) {
  parallel_for(0, mix.rows, 4, [&](int64_t first, int64_t last) {
    const FlushDenormals flush;
    best_z(mix, responsibility, grad, out, first, last);
  });
}

template <class T>
void normal_mixture_grad_components(const NormalMixtureView<T>& mix, const T* responsibility, const T* grad,
                                    T* grad_mean, T* grad_log_var, T* grad_log_weight) {
  parallel_for(0, mix.components, 8, [&](int64_t first, int64_t last) {
    const FlushDenormals flush;
    best_components(mix, responsibility, grad, grad_mean, grad_log_var, grad_log_weight, first, last);
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
