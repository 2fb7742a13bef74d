// SPDX-License-Identifier: Apache-2.0
#pragma once

extern "C" int MKL_Set_Num_Threads_Local(int threads) __attribute__((weak));  // absent where LibTorch uses another BLAS

namespace scprior {

/// While it lives, products on this thread are those of a single thread: MKL sums long rows in an order that depends on
/// how many threads there are, even where it may use only one.
class SequentialBlas {
 public:
  SequentialBlas() : before_(MKL_Set_Num_Threads_Local ? MKL_Set_Num_Threads_Local(1) : 0) {}
  ~SequentialBlas() {
    if (MKL_Set_Num_Threads_Local) MKL_Set_Num_Threads_Local(before_);
  }
  SequentialBlas(const SequentialBlas&) = delete;
  SequentialBlas& operator=(const SequentialBlas&) = delete;

 private:
  int before_;
};

}  // namespace scprior
