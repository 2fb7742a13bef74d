// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/Parallel.h>

namespace scprior::testing {

/// While it lives, LibTorch and the kernels use n threads.
class Threads {
 public:
  explicit Threads(int n) : before_(at::get_num_threads()) { at::set_num_threads(n); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

/// What compute() returns with n threads: results must not depend on n.
template <class Compute>
auto with_threads(int n, const Compute& compute) {
  const Threads threads(n);
  return compute();
}

}  // namespace scprior::testing
