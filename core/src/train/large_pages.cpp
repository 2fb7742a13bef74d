// SPDX-License-Identifier: Apache-2.0
#include "train/large_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace scprior::core {

void prefer_large_pages(const at::Tensor& tensor) {
#ifdef MADV_HUGEPAGE
  constexpr uintptr_t page = uintptr_t{2} << 20;
  constexpr int collapse = 25;  // MADV_COLLAPSE, which C libraries do not name yet
  if (!tensor.is_cpu() || !tensor.is_contiguous()) return;
  const auto begin = reinterpret_cast<uintptr_t>(tensor.data_ptr());
  const uintptr_t first = (begin + page - 1) / page * page, last = (begin + tensor.nbytes()) / page * page;
  if (first >= last) return;
  void* const pages = reinterpret_cast<void*>(first);
  madvise(pages, last - first, MADV_HUGEPAGE);
  madvise(pages, last - first, collapse);
#else
  static_cast<void>(tensor);
#endif
}

}  // namespace scprior::core
