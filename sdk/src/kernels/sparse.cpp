// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/sparse.hpp"

#include <algorithm>

#include "scprior/parallel.hpp"

namespace scprior::kernels {
namespace {

// Accumulators of one block of columns stay in registers: 8 vectors of 64 bytes.
constexpr int64_t vectors_per_block = 8;

template <class T>
struct Simd {
  typedef T Vector __attribute__((vector_size(64), aligned(alignof(T)), may_alias));
  static constexpr int64_t lanes = 64 / sizeof(T);
  static constexpr int64_t block = vectors_per_block * lanes;
};

/// out[0, width) = start[0, width) + Σ_k value(k) · row(k)[0, width), in the order of k.
template <class T, class Value, class Row>
SCPRIOR_INLINE void weighted_sum(int64_t n, int64_t width, const T* start, T* out, Value value, Row row) {
  using Vector = typename Simd<T>::Vector;
  constexpr int64_t lanes = Simd<T>::lanes, block = Simd<T>::block;
  int64_t column = 0;
  for (; column + block <= width; column += block) {
    Vector sum[vectors_per_block];
    for (int64_t v = 0; v < vectors_per_block; ++v)
      sum[v] = start ? *reinterpret_cast<const Vector*>(start + column + v * lanes) : Vector{};
    for (int64_t k = 0; k < n; ++k) {
      const T x = value(k);
      const Vector* source = reinterpret_cast<const Vector*>(row(k) + column);
#pragma GCC unroll 8
      for (int64_t v = 0; v < vectors_per_block; ++v) sum[v] += x * source[v];
    }
    for (int64_t v = 0; v < vectors_per_block; ++v) *reinterpret_cast<Vector*>(out + column + v * lanes) = sum[v];
  }
  if (column == width) return;
  for (int64_t c = column; c < width; ++c) out[c] = start ? start[c] : T(0);
  for (int64_t k = 0; k < n; ++k) {
    const T x = value(k);
    const T* source = row(k);
    for (int64_t c = column; c < width; ++c) out[c] += x * source[c];
  }
}

template <class T>
SCPRIOR_INLINE void csr_rows(const CsrView<T>& x, const T* weight, const T* bias, int64_t width, T* out, int64_t first,
                             int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const int64_t begin = x.row_ptr[row], n = x.row_ptr[row + 1] - begin;
    const int32_t* columns = x.columns + begin;
    const T* values = x.values + begin;
    weighted_sum<T>(n, width, bias, out + row * width, [=](int64_t k) { return values[k]; },
                    [=](int64_t k) { return weight + columns[k] * width; });
  }
}

template <class T>
SCPRIOR_INLINE void csr_columns(const CsrView<T>& x, const ColumnView& by, const T* grad, int64_t width, T* out,
                                int64_t first, int64_t last) {
  for (int64_t column = first; column < last; ++column) {
    const int64_t begin = by.column_ptr[column], n = by.column_ptr[column + 1] - begin;
    const int32_t* rows = by.rows + begin;
    const int64_t* order = by.order + begin;
    const T* values = x.values;
    weighted_sum<T>(n, width, static_cast<const T*>(nullptr), out + column * width,
                    [=](int64_t k) { return values[order[k]]; }, [=](int64_t k) { return grad + rows[k] * width; });
  }
}

template <class T>
SCPRIOR_INLINE void sampled_rows(const CsrView<T>& x, const T* grad, const T* weight, int64_t width, T* out,
                                 int64_t first, int64_t last) {
  using Vector = typename Simd<T>::Vector;
  constexpr int64_t lanes = Simd<T>::lanes;
  for (int64_t row = first; row < last; ++row) {
    const T* a = grad + row * width;
    for (int64_t entry = x.row_ptr[row]; entry < x.row_ptr[row + 1]; ++entry) {
      const T* b = weight + x.columns[entry] * width;
      Vector sum[2] = {};
      int64_t c = 0;
      for (; c + 2 * lanes <= width; c += 2 * lanes) {
        sum[0] += *reinterpret_cast<const Vector*>(a + c) * *reinterpret_cast<const Vector*>(b + c);
        sum[1] += *reinterpret_cast<const Vector*>(a + c + lanes) * *reinterpret_cast<const Vector*>(b + c + lanes);
      }
      sum[0] += sum[1];
      T total = 0;
      for (int64_t lane = 0; lane < lanes; ++lane) total += sum[0][lane];
      for (; c < width; ++c) total += a[c] * b[c];
      out[entry] = total;
    }
  }
}

// One multiversioned function per element type: attributes do not reach templates' instantiations reliably.
#define SCPRIOR_SPARSE_KERNELS(T)                                                                                   \
  SCPRIOR_MULTIVERSION void rows_##T(const CsrView<T>& x, const T* weight, const T* bias, int64_t width, T* out,    \
                                     int64_t first, int64_t last) {                                                 \
    csr_rows<T>(x, weight, bias, width, out, first, last);                                                          \
  }                                                                                                                 \
  SCPRIOR_MULTIVERSION void columns_##T(const CsrView<T>& x, const ColumnView& by, const T* grad, int64_t width,    \
                                        T* out, int64_t first, int64_t last) {                                      \
    csr_columns<T>(x, by, grad, width, out, first, last);                                                           \
  }                                                                                                                 \
  SCPRIOR_MULTIVERSION void sampled_##T(const CsrView<T>& x, const T* grad, const T* weight, int64_t width, T* out, \
                                        int64_t first, int64_t last) {                                              \
    sampled_rows<T>(x, grad, weight, width, out, first, last);                                                      \
  }                                                                                                                 \
  void rows(const CsrView<T>& x, const T* w, const T* b, int64_t h, T* out, int64_t first, int64_t last) {          \
    rows_##T(x, w, b, h, out, first, last);                                                                         \
  }                                                                                                                 \
  void columns(const CsrView<T>& x, const ColumnView& by, const T* g, int64_t h, T* out, int64_t first,             \
               int64_t last) {                                                                                      \
    columns_##T(x, by, g, h, out, first, last);                                                                     \
  }                                                                                                                 \
  void sampled(const CsrView<T>& x, const T* g, const T* w, int64_t h, T* out, int64_t first, int64_t last) {       \
    sampled_##T(x, g, w, h, out, first, last);                                                                      \
  }
SCPRIOR_SPARSE_KERNELS(float)
SCPRIOR_SPARSE_KERNELS(double)
#undef SCPRIOR_SPARSE_KERNELS

}  // namespace

template <class T>
void csr_times_dense(const CsrView<T>& x, const T* weight, const T* bias, int64_t width, T* out) {
  parallel_for(0, x.n_rows, 8, [&](int64_t first, int64_t last) { rows(x, weight, bias, width, out, first, last); });
}

template <class T>
void csr_transposed_times_dense(const CsrView<T>& x, const ColumnView& by, const T* grad, int64_t width, T* out) {
  parallel_for(0, x.n_columns, 256,
               [&](int64_t first, int64_t last) { columns(x, by, grad, width, out, first, last); });
}

template <class T>
void sampled_dense_dense(const CsrView<T>& x, const T* grad, const T* weight, int64_t width, T* out) {
  parallel_for(0, x.n_rows, 8, [&](int64_t first, int64_t last) { sampled(x, grad, weight, width, out, first, last); });
}

#define SCPRIOR_INSTANTIATE(T)                                                                            \
  template SCPRIOR_API void csr_times_dense<T>(const CsrView<T>&, const T*, const T*, int64_t, T*);       \
  template SCPRIOR_API void csr_transposed_times_dense<T>(const CsrView<T>&, const ColumnView&, const T*, \
                                                          int64_t, T*);                                   \
  template SCPRIOR_API void sampled_dense_dense<T>(const CsrView<T>&, const T*, const T*, int64_t, T*);
SCPRIOR_INSTANTIATE(float)
SCPRIOR_INSTANTIATE(double)
#undef SCPRIOR_INSTANTIATE

}  // namespace scprior::kernels
