// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <vector>

#include "scprior/core/fit.hpp"

namespace scprior::bench {

/// Times training steps from one call of the progress function to the next, so that everything a step needs is counted:
/// reading the cells, both passes, the optimiser. Validation is not.
class StepClock {
 public:
  /// Leaves the first steps out, then takes as many as fill `seconds`, and at least `min_steps`.
  explicit StepClock(double seconds) : wanted_seconds_(seconds) {}

  /// For FitOptions::progress; false = enough.
  bool tell(const core::FitProgress& progress);

  const std::vector<double>& steps() const { return steps_; }  ///< seconds of each

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int64_t warm_up_steps = 4, min_steps = 6;

  double wanted_seconds_, total_ = 0;
  int64_t seen_ = 0;
  Clock::time_point last_ = Clock::now();
  std::vector<double> steps_;
};

}  // namespace scprior::bench
