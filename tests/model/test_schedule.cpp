// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>

#include "train/schedule.hpp"

using namespace scprior::core;

TEST_CASE("the learning rate is halved after a plateau, and again after another", "[schedule]") {
  Schedule schedule({.learning_rate = 1, .plateau_factor = 0.5, .plateau_patience = 3, .stop_patience = 100});
  CHECK(schedule.observe(10));
  for (int epoch = 0; epoch < 2; ++epoch) CHECK_FALSE(schedule.observe(10));
  CHECK(schedule.learning_rate() == 1);
  schedule.observe(11);
  CHECK(schedule.learning_rate() == 0.5);
  for (int epoch = 0; epoch < 3; ++epoch) schedule.observe(11);
  CHECK(schedule.learning_rate() == 0.25);
  CHECK(schedule.observe(9));
  CHECK(schedule.learning_rate() == 0.25);
}

TEST_CASE("training stops after stop_patience epochs without a lower loss", "[schedule]") {
  Schedule schedule({.plateau_patience = 2, .stop_patience = 4});
  schedule.observe(5);
  for (int epoch = 0; epoch < 3; ++epoch) schedule.observe(6);
  CHECK_FALSE(schedule.exhausted());
  schedule.observe(4);
  for (int epoch = 0; epoch < 4; ++epoch) schedule.observe(5);
  CHECK(schedule.exhausted());
}
