// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "scprior/error.hpp"

namespace scprior::conformance {

/// One check of a law. `parts`, joined, tell what is broken, what was got and what wanted; the law goes on.
template <class... Parts>
void must(bool holds, const Parts&... parts) {
  if (holds)
    SUCCEED();
  else
    FAIL_CHECK(concat(parts...));
}

/// A part of a law that cannot be judged, with the reason. The law is skipped if none of its checks could be made.
template <class... Parts>
void cannot_tell(const Parts&... parts) {
  WARN(concat(parts...));
}

}  // namespace scprior::conformance
