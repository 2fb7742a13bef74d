// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <exception>
#include <mutex>

#include "scprior/parallel.hpp"

namespace scprior {

/// Calls work(state, item) for the items 0 .. n - 1 on LibTorch's thread pool. A thread takes the next item when it is
/// done with one, so that items may differ in cost; make() gives each thread a state of its own. Inside another
/// parallel region one thread does all. What reaches the caller is the exception of the lowest item that throws one,
/// whatever the number of threads; items after it may be left out.
template <class Make, class Work>
void parallel_each(int64_t n, Make make, Work work) {
  std::atomic<int64_t> next = 0;
  std::mutex failure_mutex;
  std::exception_ptr failure;
  int64_t failed_item = n;
  parallel_for(0, n, 1, [&](int64_t, int64_t) {
    auto state = make();
    for (int64_t item; (item = next++) < n;) {
      try {
        work(state, item);
      } catch (...) {
        next = n;  // every item before this one is taken already
        const std::lock_guard lock(failure_mutex);
        if (item < failed_item) failure = std::current_exception(), failed_item = item;
      }
    }
  });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace scprior
