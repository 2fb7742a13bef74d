// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scprior/api.hpp"

// Joint log-density of a mixture of Gaussians with diagonal covariance, and its gradients. Squared distances are taken
// directly: |z - m|² expanded into products cancels where variances are small. Every output element is the work of one
// thread in a fixed order: results do not depend on the number of threads. T is float or double, matrices are
// row-major.

namespace scprior::kernels {

template <class T>
struct NormalMixtureView {
  const T* z;           // [M, D]
  const T* mean;        // [K, D]
  const T* inverse_sd;  // [K, D] exp(-log_var / 2)
  const T* offset;      // [K] log weight - Σ_d (log_var_d + ln 2π) / 2; forward only
  int64_t rows, components, dims;
};

/// log_prob [M] = logsumexp_k c_mk with c_mk = offset_k - ½ Σ_d ((z_md - mean_kd) inverse_sd_kd)².
/// responsibility [M, K] = exp(c_mk - log_prob_m), or null if it is not wanted; it is 0 where c_mk is more than 86
/// (float) or 700 (double) below the largest of its row.
template <class T>
SCPRIOR_API void normal_mixture_forward(const NormalMixtureView<T>& mixture, T* log_prob, T* responsibility);

/// out [M, D]: gradient for z, given that of log_prob, grad [M].
template <class T>
SCPRIOR_API void normal_mixture_grad_z(const NormalMixtureView<T>& mixture, const T* responsibility, const T* grad,
                                       T* out);

/// grad_mean [K, D], grad_log_var [K, D], grad_log_weight [K]: gradients for the components.
template <class T>
SCPRIOR_API void normal_mixture_grad_components(const NormalMixtureView<T>& mixture, const T* responsibility,
                                                const T* grad, T* grad_mean, T* grad_log_var, T* grad_log_weight);

}  // namespace scprior::kernels
