// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/batch_norm.hpp"

#include <cmath>

#include "scprior/parallel.hpp"

namespace scprior::kernels {
namespace {

// Columns whose sums are made together: these stay in the first cache, and a layer has blocks for several threads.
constexpr int64_t block = 64;

template <class T>
struct Forward {
  const T* x;
  int64_t rows, width;
  const T *gamma, *beta;
  double epsilon;
  T* out;
  double *mean, *variance;
};

template <class T>
struct Backward {
  const T *x, *grad;
  int64_t rows, width;
  const T* gamma;
  const double *mean, *variance;
  double epsilon;
  T *grad_x, *grad_gamma, *grad_beta;
};

/// Columns first .. first + n.
template <class T>
SCPRIOR_INLINE void forward_columns(const Forward<T>& f, int64_t first, int64_t n) {
  double mean[block] = {}, square[block] = {};
  T centre[block], scale[block], shift[block];
  for (int64_t row = 0; row < f.rows; ++row) {
    const T* x = f.x + row * f.width + first;
#pragma omp simd
    for (int64_t c = 0; c < n; ++c) mean[c] += x[c];
  }
  for (int64_t c = 0; c < n; ++c) mean[c] /= static_cast<double>(f.rows);
  for (int64_t row = 0; row < f.rows; ++row) {
    const T* x = f.x + row * f.width + first;
#pragma omp simd
    for (int64_t c = 0; c < n; ++c) square[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
  }
  for (int64_t c = 0; c < n; ++c) {
    const double variance = square[c] / static_cast<double>(f.rows);
    f.mean[first + c] = mean[c];
    f.variance[first + c] = variance;
    centre[c] = static_cast<T>(mean[c]);
    scale[c] = static_cast<T>((f.gamma ? f.gamma[first + c] : 1) / std::sqrt(variance + f.epsilon));
    // What rounding took from the mean.
    shift[c] = static_cast<T>(f.beta[first + c] + (centre[c] - mean[c]) * scale[c]);
  }
  for (int64_t row = 0; row < f.rows; ++row) {
    const T* x = f.x + row * f.width + first;
    T* out = f.out + row * f.width + first;
#pragma omp simd
    for (int64_t c = 0; c < n; ++c) out[c] = (x[c] - centre[c]) * scale[c] + shift[c];
  }
}

template <class T>
SCPRIOR_INLINE void backward_columns(const Backward<T>& b, int64_t first, int64_t n) {
  double sum[block] = {}, with_x[block] = {};  // Σ dy, Σ dy (x - μ)
  T centre[block], scale[block], slope[block], offset[block];
  const double* mean = b.mean + first;
  for (int64_t row = 0; row < b.rows; ++row) {
    const T *x = b.x + row * b.width + first, *grad = b.grad + row * b.width + first;
#pragma omp simd
    for (int64_t c = 0; c < n; ++c) {
      sum[c] += grad[c];
      with_x[c] += grad[c] * (x[c] - mean[c]);
    }
  }
  for (int64_t c = 0; c < n; ++c) {
    const double inverse_sd = 1 / std::sqrt(b.variance[first + c] + b.epsilon), n_rows = static_cast<double>(b.rows);
    b.grad_beta[first + c] = static_cast<T>(sum[c]);
    if (b.gamma) b.grad_gamma[first + c] = static_cast<T>(with_x[c] * inverse_sd);
    const double gain = (b.gamma ? b.gamma[first + c] : 1) * inverse_sd;
    const double of_x = -gain * inverse_sd * inverse_sd * with_x[c] / n_rows;
    centre[c] = static_cast<T>(mean[c]);
    scale[c] = static_cast<T>(gain);
    slope[c] = static_cast<T>(of_x);
    offset[c] = static_cast<T>(-gain * sum[c] / n_rows + (centre[c] - mean[c]) * of_x);
  }
  for (int64_t row = 0; row < b.rows; ++row) {
    const T *x = b.x + row * b.width + first, *grad = b.grad + row * b.width + first;
    T* out = b.grad_x + row * b.width + first;
#pragma omp simd
    for (int64_t c = 0; c < n; ++c) out[c] = scale[c] * grad[c] + (slope[c] * (x[c] - centre[c]) + offset[c]);
  }
}

SCPRIOR_MULTIVERSION void columns(const Forward<float>& f, int64_t first, int64_t n) { forward_columns(f, first, n); }
SCPRIOR_MULTIVERSION void columns(const Forward<double>& f, int64_t first, int64_t n) { forward_columns(f, first, n); }
SCPRIOR_MULTIVERSION void columns(const Backward<float>& b, int64_t first, int64_t n) { backward_columns(b, first, n); }
SCPRIOR_MULTIVERSION void columns(const Backward<double>& b, int64_t first, int64_t n) {
  backward_columns(b, first, n);
}

template <class Task>
void all_columns(const Task& task) {
  parallel_blocks(task.width, block, [&](int64_t first, int64_t last) { columns(task, first, last - first); });
}

}  // namespace

template <class T>
void batch_norm(const T* x, int64_t rows, int64_t width, const T* gamma, const T* beta, double epsilon, T* out,
                double* mean, double* variance) {
  all_columns(Forward<T>{x, rows, width, gamma, beta, epsilon, out, mean, variance});
}

template <class T>
void batch_norm_gradient(const T* x, const T* grad, int64_t rows, int64_t width, const T* gamma, const double* mean,
                         const double* variance, double epsilon, T* grad_x, T* grad_gamma, T* grad_beta) {
  all_columns(Backward<T>{x, grad, rows, width, gamma, mean, variance, epsilon, grad_x, grad_gamma, grad_beta});
}

#define SCPRIOR_INSTANTIATE(T)                                                                                       \
  template SCPRIOR_API void batch_norm<T>(const T*, int64_t, int64_t, const T*, const T*, double, T*, double*,       \
                                          double*);                                                                  \
  template SCPRIOR_API void batch_norm_gradient<T>(const T*, const T*, int64_t, int64_t, const T*, const double*,    \
                                                   const double*, double, T*, T*, T*);
SCPRIOR_INSTANTIATE(float)
SCPRIOR_INSTANTIATE(double)
#undef SCPRIOR_INSTANTIATE

}  // namespace scprior::kernels
