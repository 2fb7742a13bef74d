// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "scprior/large_array.hpp"
#include "scprior/parallel_each.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;

TEST_CASE("every item is worked on once, with a state that no other thread has", "[parallel_each]") {
  const testing::Threads threads(GENERATE(1, 2, 5));
  const int64_t n = GENERATE(0, 1, 3, 1000);
  std::vector<int> times(n, 0);
  std::atomic<int64_t> states = 0;
  std::atomic<bool> shared = false;
  struct State {
    std::atomic<int> users{0};
  };
  parallel_each(
      n, [&] { return ++states, std::make_unique<State>(); },
      [&](std::unique_ptr<State>& state, int64_t item) {
        if (++state->users != 1) shared = true;
        ++times[item];
        --state->users;
      });
  CHECK(times == std::vector<int>(n, 1));
  CHECK(states <= std::min<int64_t>(n, at::get_num_threads()));
  CHECK_FALSE(shared);
}

TEST_CASE("of several exceptions that of the lowest item arrives", "[parallel_each]") {
  const testing::Threads threads(GENERATE(1, 2, 5));
  const auto number = [] { return 0; };
  for (int round = 0; round < 50; ++round) {
    std::string text;
    try {
      parallel_each(200, number, [](int, int64_t item) {
        if (item % 7 == 6) throw std::runtime_error(std::to_string(item));
      });
    } catch (const std::runtime_error& error) {
      text = error.what();
    }
    CHECK(text == "6");
  }
}

TEST_CASE("inside a parallel region one thread does all", "[parallel_each]") {
  const testing::Threads threads(3);
  std::atomic<int64_t> sum = 0, states = 0;
  parallel_for(0, 3, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i)
      parallel_each(10, [&] { return ++states; }, [&](int64_t, int64_t item) { sum += item; });
  });
  CHECK(sum == 3 * 45);
  CHECK(states == 3);
}

TEST_CASE("large arrays are aligned as their type asks, whatever their size", "[large_array]") {
  struct alignas(64) Line {
    char bytes[64];
  };
  for (const int64_t n : {0, 1, 1000, 50'000, 200'000}) {
    const LargeArray<Line> array = large_array<Line>(n);
    REQUIRE(array);
    CHECK(reinterpret_cast<uintptr_t>(array.get()) % 64 == 0);
    for (int64_t i = 0; i < n; ++i) array[i].bytes[63] = static_cast<char>(i);
    for (int64_t i = 0; i < n; ++i) REQUIRE(array[i].bytes[63] == static_cast<char>(i));
  }
}
