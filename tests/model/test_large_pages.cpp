// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>

#include "train/large_pages.hpp"

using scprior::core::prefer_large_pages;

TEST_CASE("memory that moves to large pages keeps its contents and its place", "[large_pages]") {
  constexpr int64_t page = (2 << 20) / sizeof(float);
  for (const int64_t n : {int64_t{0}, int64_t{1}, page - 1, page, 3 * page + 5}) {
    for (const int64_t offset : {0, 7}) {
      const at::Tensor around = at::arange(n + 2 * offset, at::kFloat), before = around.clone();
      const at::Tensor part = around.narrow(0, offset, n);
      const void* const place = part.data_ptr();
      prefer_large_pages(part);
      REQUIRE(part.data_ptr() == place);
      REQUIRE(around.equal(before));
    }
  }
}

TEST_CASE("what cannot move to large pages is left alone", "[large_pages]") {
  const at::Tensor strided = at::arange(6'000'000, at::kFloat).view({2000, 3000}).t(), before = strided.clone();
  prefer_large_pages(strided);
  REQUIRE(strided.equal(before));
}
