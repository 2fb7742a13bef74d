// SPDX-License-Identifier: Apache-2.0
#include "train/large_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

#include "scprior/large_array.hpp"

namespace scprior::core {

void prefer_large_pages(const at::Tensor& tensor) {
#ifdef MADV_HUGEPAGE
  constexpr int collapse = 25;  // MADV_COLLAPSE, which C libraries do not name yet
  if (!tensor.is_cpu() || !tensor.is_contiguous()) return;
  const auto begin = reinterpret_cast<uintptr_t>(tensor.data_ptr());
  const uintptr_t first = (begin + large_page - 1) / large_page * large_page,
                  last = (begin + tensor.nbytes()) / large_page * large_page;
  if (first >= last) return;
  void* const pages = reinterpret_cast<void*>(first);
  madvise(pages, last - first, MADV_HUGEPAGE);
  madvise(pages, last - first, collapse);
#else
  static_cast<void>(tensor);
#endif
}

}  // namespace scprior::core
