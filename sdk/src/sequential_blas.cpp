// SPDX-License-Identifier: Apache-2.0
#include "scprior/fixed_order.hpp"

extern "C" int MKL_Set_Num_Threads_Local(int threads) __attribute__((weak));  // absent where LibTorch uses another BLAS

namespace scprior {

SequentialBlas::SequentialBlas() : before_(MKL_Set_Num_Threads_Local ? MKL_Set_Num_Threads_Local(1) : 0) {}

SequentialBlas::~SequentialBlas() {
  if (MKL_Set_Num_Threads_Local) MKL_Set_Num_Threads_Local(before_);
}

}  // namespace scprior
