// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>

#include "scprior/conformance/tools.hpp"

namespace scprior::conformance {
namespace {

TEST_CASE("options: the component can be made with its options", "[every][options]") {
  REQUIRE(make_component() != nullptr);
}

}  // namespace
}  // namespace scprior::conformance
