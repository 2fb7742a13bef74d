// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "scprior/api.hpp"

namespace scprior {

/// Calls body(first, last) for pieces of [begin, end) of at least `grain` items on LibTorch's thread pool. Exceptions
/// reach the caller. Which pieces there are depends on the number of threads: results must not.
SCPRIOR_API void parallel_for(int64_t begin, int64_t end, int64_t grain,
                              const std::function<void(int64_t first, int64_t last)>& body);

/// Calls body(first, last) for the blocks of `block` items of [0, n), the last one shorter: the same for any number of
/// threads. Otherwise as parallel_for.
template <class Body>
void parallel_blocks(int64_t n, int64_t block, const Body& body) {
  parallel_for(0, (n + block - 1) / block, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i * block, std::min((i + 1) * block, n));
  });
}

}  // namespace scprior

/// Compiles a function once per instruction set, chosen when the library is loaded (x86-64: AVX-512, AVX2, baseline).
/// Loops inside must be in the function itself or in functions marked SCPRIOR_INLINE; a lambda is not multiversioned.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SCPRIOR_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define SCPRIOR_VERSIONS 1  // functions that differ in __attribute__((target(...))) alone are told apart, too
#else
#define SCPRIOR_MULTIVERSION
#define SCPRIOR_VERSIONS 0
#endif
#define SCPRIOR_INLINE inline __attribute__((always_inline))
