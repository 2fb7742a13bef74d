// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/sparse.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "scprior/parallel.hpp"
#include "simd.hpp"

namespace scprior::kernels {
namespace {

/// Rows of a tile of `weight`, which stays in the second-level cache.
template <class T>
int64_t tile_rows(int64_t width) {
  return 1 + (int64_t{1} << 18) / (1 + width * static_cast<int64_t>(sizeof(T)));
}

enum class Start { from_out, from_zero };

/// out[0, V vectors) = start + Σ_k value(k) · row(k), in the order of k, from `first` while goes_on(k). Returns the k
/// it ends at.
template <class T, int bytes, int V, Start start, class GoesOn, class Value, class Row>
SCPRIOR_INLINE int64_t add_vectors(int64_t first, GoesOn goes_on, T* out, Value value, Row row) {
  using Vector = typename Simd<T, bytes>::Vector;
  constexpr int64_t lanes = Simd<T, bytes>::lanes;
  Vector sum[V] = {};
  if constexpr (start == Start::from_out)
    for (int64_t v = 0; v < V; ++v) sum[v] = Simd<T, bytes>::load(out + v * lanes);
  int64_t k = first;
  for (; goes_on(k); ++k) {
    const T x = value(k);
    const T* source = row(k);
#pragma GCC unroll 8
    for (int64_t v = 0; v < V; ++v) sum[v] += x * Simd<T, bytes>::load(source + v * lanes);
  }
  for (int64_t v = 0; v < V; ++v) Simd<T, bytes>::store(out + v * lanes, sum[v]);
  return k;
}

/// The same for out[0, n): in blocks of 8 vectors, whose sums stay in registers, and what is left in smaller ones.
template <class T, int bytes, Start start, class GoesOn, class Value, class Row>
SCPRIOR_INLINE int64_t add_rows(int64_t first, GoesOn goes_on, int64_t n, T* out, Value value, Row row) {
  constexpr int64_t lanes = Simd<T, bytes>::lanes;
  int64_t k = first, column = 0;
  const auto from_column = [&](int64_t i) { return row(i) + column; };
  for (; column + 8 * lanes <= n; column += 8 * lanes)
    k = add_vectors<T, bytes, 8, start>(first, goes_on, out + column, value, from_column);
  for (; column + 2 * lanes <= n; column += 2 * lanes)
    k = add_vectors<T, bytes, 2, start>(first, goes_on, out + column, value, from_column);
  if (column == n) return k;
  if constexpr (start == Start::from_zero) std::fill(out + column, out + n, T(0));
  for (k = first; goes_on(k); ++k) {
    const T x = value(k);
    const T* source = row(k);
    for (int64_t c = column; c < n; ++c) out[c] += x * source[c];
  }
  return k;
}

/// Brings the next tile of weights nearer while the present one is worked on, a part with each row.
template <class T>
class NextTile {
 public:
  SCPRIOR_INLINE NextTile(const T* weight, int64_t width, int64_t n_columns, int64_t begin, int64_t rows)
      : place_(reinterpret_cast<const char*>(weight + std::min(begin, n_columns) * width)) {
    // The parts of a few rows are so large that they would hold up the work.
    constexpr int64_t fewest_rows = 128;
    if (rows < fewest_rows) return;
    left_ = std::min(tile_rows<T>(width), n_columns - begin) * width * static_cast<int64_t>(sizeof(T));
    part_ = left_ / rows / line * line + line;
  }
  SCPRIOR_INLINE void fetch_part() {
    for (int64_t i = 0; i < std::min(part_, left_); i += line) __builtin_prefetch(place_ + i, 0, 2);
    place_ += part_;
    left_ -= part_;
  }

 private:
  static constexpr int64_t line = 64;
  const char* place_;
  int64_t left_ = 0, part_ = 0;
};

/// Row after row takes what it needs of a tile of weights, then all go on to the next one: a weight comes from memory
/// once, not once a row. Where the columns of a row do not ascend, the rest of the row waits for a later tile.
template <class T, int bytes>
SCPRIOR_INLINE void csr_rows(const CsrView<T>& x, const T* weight, const T* bias, int64_t width, T* out, int64_t first,
                             int64_t last) {
  const int64_t tile = tile_rows<T>(width);
  const int32_t* columns = x.columns;
  const T* values = x.values;
  std::vector<int64_t> next(x.row_ptr + first, x.row_ptr + last);
  for (int64_t row = first; row < last; ++row) std::copy(bias, bias + width, out + row * width);
  for (int64_t end = tile; end < x.n_columns + tile; end += tile) {
    NextTile<T> next_tile(weight, width, x.n_columns, end, last - first);
    for (int64_t row = first; row < last; ++row) {
      next_tile.fetch_part();
      const int64_t stop = x.row_ptr[row + 1];
      next[row - first] = add_rows<T, bytes, Start::from_out>(
          next[row - first], [=](int64_t k) { return k < stop && columns[k] < end; }, width, out + row * width,
          [=](int64_t k) { return values[k]; }, [=](int64_t k) { return weight + columns[k] * width; });
    }
  }
}

/// Columns [first, last); out begins at the first.
template <class T, int bytes, Start start>
SCPRIOR_INLINE void csr_columns(const CsrView<T>& x, const ColumnView& by, const T* grad, int64_t width, T* out,
                                int64_t first, int64_t last) {
  for (int64_t column = first; column < last; ++column, out += width) {
    const int64_t begin = by.column_ptr[column], end = by.column_ptr[column + 1];
    const int32_t* rows = by.rows;
    const int64_t* order = by.order;
    const T* values = x.values;
    add_rows<T, bytes, start>(
        begin, [=](int64_t k) { return k < end; }, width, out, [=](int64_t k) { return values[order[k]]; },
        [=](int64_t k) { return grad + rows[k] * width; });
  }
}

/// Σ of the lanes, by halves.
template <class T, int bytes, int... lane>
SCPRIOR_INLINE T sum_of(typename Simd<T, bytes>::Vector v, std::integer_sequence<int, lane...>) {
  constexpr int half = sizeof...(lane);
  if constexpr (half == 1) {
    return v[0] + v[1];
  } else {
    const auto sum = __builtin_shufflevector(v, v, lane...) + __builtin_shufflevector(v, v, (lane + half)...);
    return sum_of<T, bytes / 2>(sum, std::make_integer_sequence<int, half / 2>());
  }
}
template <class T, int bytes>
SCPRIOR_INLINE T sum_of(typename Simd<T, bytes>::Vector v) {
  return sum_of<T, bytes>(v, std::make_integer_sequence<int, Simd<T, bytes>::lanes / 2>());
}

/// out[0, N) = a · b(i): one pass over a [n] for N entries. An entry's sum does not depend on N.
template <class T, int bytes, int N, class Row>
SCPRIOR_INLINE void dots(const T* a, Row b, int64_t n, T* out) {
  using Vector = typename Simd<T, bytes>::Vector;
  constexpr int64_t lanes = Simd<T, bytes>::lanes;
  const T* rows[N];
  for (int i = 0; i < N; ++i) rows[i] = b(i);
  Vector sum[N][2] = {};
  int64_t c = 0;
  for (; c + 2 * lanes <= n; c += 2 * lanes) {
    const Vector a0 = Simd<T, bytes>::load(a + c), a1 = Simd<T, bytes>::load(a + c + lanes);
    for (int i = 0; i < N; ++i) {
      sum[i][0] += a0 * Simd<T, bytes>::load(rows[i] + c);
      sum[i][1] += a1 * Simd<T, bytes>::load(rows[i] + c + lanes);
    }
  }
  for (int i = 0; i < N; ++i) out[i] = sum_of<T, bytes>(sum[i][0] + sum[i][1]);
  for (; c < n; ++c)
    for (int i = 0; i < N; ++i) out[i] += a[c] * rows[i][c];
}

/// In tiles of weights as csr_rows.
template <class T, int bytes>
SCPRIOR_INLINE void sampled_rows(const CsrView<T>& x, const T* grad, const T* weight, int64_t width, T* out,
                                 int64_t first, int64_t last) {
  constexpr int together = 4;
  const int64_t tile = tile_rows<T>(width);
  std::vector<int64_t> next(x.row_ptr + first, x.row_ptr + last);
  for (int64_t end = tile; end < x.n_columns + tile; end += tile) {
    NextTile<T> next_tile(weight, width, x.n_columns, end, last - first);
    for (int64_t row = first; row < last; ++row) {
      next_tile.fetch_part();
      const T* a = grad + row * width;
      const int64_t begin = next[row - first], stop = x.row_ptr[row + 1];
      int64_t entry = begin, tile_end = begin;
      while (tile_end < stop && x.columns[tile_end] < end) ++tile_end;
      for (; entry + together <= tile_end; entry += together)
        dots<T, bytes, together>(a, [&](int i) { return weight + x.columns[entry + i] * width; }, width, out + entry);
      for (; entry < tile_end; ++entry)
        dots<T, bytes, 1>(a, [&](int) { return weight + x.columns[entry] * width; }, width, out + entry);
      next[row - first] = tile_end;
    }
  }
}

#define SCPRIOR_SPARSE_KERNELS(T, SET, TARGET, BYTES)                                                               \
  TARGET void SET##_rows(const CsrView<T>& x, const T* weight, const T* bias, int64_t width, T* out, int64_t first, \
                         int64_t last) {                                                                            \
    csr_rows<T, BYTES>(x, weight, bias, width, out, first, last);                                                   \
  }                                                                                                                 \
  TARGET void SET##_columns(const CsrView<T>& x, const ColumnView& by, const T* grad, int64_t width, T* out,        \
                            int64_t first, int64_t last) {                                                          \
    csr_columns<T, BYTES, Start::from_zero>(x, by, grad, width, out, first, last);                                  \
  }                                                                                                                 \
  TARGET void SET##_add_columns(const CsrView<T>& x, const ColumnView& by, const T* grad, int64_t width, T* out,    \
                                int64_t first, int64_t last) {                                                      \
    csr_columns<T, BYTES, Start::from_out>(x, by, grad, width, out, first, last);                                   \
  }                                                                                                                 \
  TARGET void SET##_sampled(const CsrView<T>& x, const T* grad, const T* weight, int64_t width, T* out,             \
                            int64_t first, int64_t last) {                                                          \
    sampled_rows<T, BYTES>(x, grad, weight, width, out, first, last);                                               \
  }
SCPRIOR_ALL_VERSIONS(SCPRIOR_SPARSE_KERNELS)
#undef SCPRIOR_SPARSE_KERNELS

}  // namespace

template <class T>
void csr_times_dense(const CsrView<T>& x, const T* weight, const T* bias, int64_t width, T* out, InstructionSet set) {
  parallel_for(0, x.n_rows, 8, [&](int64_t first, int64_t last) {
    set == InstructionSet::best ? best_rows(x, weight, bias, width, out, first, last)
                                : baseline_rows(x, weight, bias, width, out, first, last);
  });
}

template <class T>
void csr_transposed_times_dense(const CsrView<T>& x, const ColumnView& by, const T* grad, int64_t width, T* out,
                                InstructionSet set) {
  parallel_for(0, x.n_columns, 256, [&](int64_t first, int64_t last) {
    T* const place = out + first * width;
    set == InstructionSet::best ? best_columns(x, by, grad, width, place, first, last)
                                : baseline_columns(x, by, grad, width, place, first, last);
  });
}

template <class T>
void add_transposed_times_dense(const CsrView<T>& x, const ColumnView& by, const T* grad, int64_t width, T* out,
                                int64_t first, int64_t last, InstructionSet set) {
  set == InstructionSet::best ? best_add_columns(x, by, grad, width, out, first, last)
                              : baseline_add_columns(x, by, grad, width, out, first, last);
}

template <class T>
void sampled_dense_dense(const CsrView<T>& x, const T* grad, const T* weight, int64_t width, T* out,
                         InstructionSet set) {
  parallel_for(0, x.n_rows, 8, [&](int64_t first, int64_t last) {
    set == InstructionSet::best ? best_sampled(x, grad, weight, width, out, first, last)
                                : baseline_sampled(x, grad, weight, width, out, first, last);
  });
}

#define SCPRIOR_INSTANTIATE(T)                                                                                      \
  template SCPRIOR_API void csr_times_dense<T>(const CsrView<T>&, const T*, const T*, int64_t, T*, InstructionSet); \
  template SCPRIOR_API void csr_transposed_times_dense<T>(const CsrView<T>&, const ColumnView&, const T*, int64_t,  \
                                                          T*, InstructionSet);                                      \
  template SCPRIOR_API void add_transposed_times_dense<T>(const CsrView<T>&, const ColumnView&, const T*, int64_t,  \
                                                          T*, int64_t, int64_t, InstructionSet);                    \
  template SCPRIOR_API void sampled_dense_dense<T>(const CsrView<T>&, const T*, const T*, int64_t, T*,              \
                                                   InstructionSet);
SCPRIOR_INSTANTIATE(float)
SCPRIOR_INSTANTIATE(double)
#undef SCPRIOR_INSTANTIATE

}  // namespace scprior::kernels
