// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "samples.hpp"
#include "scprior/error.hpp"

using namespace scprior::bench;

namespace {
constexpr double missing = std::numeric_limits<double>::quiet_NaN();
}

TEST_CASE("median and range leave out what is missing", "[samples]") {
  const Summary odd = summarise({5, missing, 1, 3});
  CHECK(odd.median == 3);
  CHECK(odd.min == 1);
  CHECK(odd.max == 5);
  CHECK(odd.n == 3);
  CHECK(summarise({4, 1, 2, 8}).median == 3);
  CHECK(summarise({missing}).n == 0);
  CHECK(std::isnan(summarise({}).median));
}

TEST_CASE("ratios are taken within a repetition", "[samples]") {
  Samples samples;
  // A machine that halves its speed in each repetition; ours is three times as fast in all of them.
  for (int64_t i = 0; i < 3; ++i) {
    const double speed = 100 / std::pow(2.0, i);
    samples.add("peer", i, {{{"cells_per_second", speed}}, {}});
    samples.add("ours", i, {{{"cells_per_second", 3 * speed}}, {}});
  }
  const Summary ratio = samples.ratio("ours", "peer", "cells_per_second");
  CHECK(ratio.min == 3);
  CHECK(ratio.max == 3);
  CHECK(ratio.n == 3);
  CHECK(samples.ratio("ours", "nobody", "cells_per_second").n == 0);
}

TEST_CASE("a repetition that failed leaves a gap, not a shift", "[samples]") {
  Samples samples;
  samples.add("task", 2, {{{"seconds", 7}}, {}});
  const std::vector<double> values = samples.values("task", "seconds");
  REQUIRE(values.size() == 3);
  CHECK(std::isnan(values[0]));
  CHECK(values[2] == 7);
}

TEST_CASE("a measurement is the last line of JSON, whatever was printed before it", "[measured]") {
  const Measured given{{{"seconds", 1.5}, {"undefined", missing}}, {{"torch", "2.13.0"}}};
  const Measured read = measured_from("{chatter\nwarning: {}\n" + to_json(given) + "\n");
  CHECK(read.values == std::map<std::string, double>{{"seconds", 1.5}});
  CHECK(read.facts == given.facts);
  CHECK_THROWS_AS(measured_from(""), scprior::Error);
  CHECK_THROWS_AS(measured_from("Segmentation fault\n"), scprior::Error);
  CHECK_THROWS_AS(measured_from("{\"values\": {\"seconds\": \"soon\"}, \"facts\": {}}\n"), scprior::Error);
}
