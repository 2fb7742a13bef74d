// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "scprior/api.hpp"

// Sums in one order for any number of threads. LibTorch and its BLAS cut long sums into a part for each thread: at::mm
// once there are some hundred terms, sum() and mean() over a whole tensor from 32 768 elements on. In the last digits
// results then depend on how many threads there are, and a training with them.

namespace scprior {

/// The matrix product a b of a [M, K] and b [K, N] -> [M, N], with gradients of any order.
/// Errors: Error{argument} if the shapes do not fit.
SCPRIOR_API at::Tensor product(const at::Tensor& a, const at::Tensor& b);

/// The sum of all elements of a floating-point tensor of any shape, [], made in float64; with gradients of any order.
SCPRIOR_API at::Tensor total(const at::Tensor& x);

/// While it lives, MKL works on this thread as if there were no others: it cuts long sums by its limit of threads, even
/// inside a parallel region, where it runs on one. Where LibTorch has another BLAS it does nothing.
class SCPRIOR_API SequentialBlas {
 public:
  SequentialBlas();
  ~SequentialBlas();
  SequentialBlas(const SequentialBlas&) = delete;
  SequentialBlas& operator=(const SequentialBlas&) = delete;

 private:
  int before_;
};

}  // namespace scprior
