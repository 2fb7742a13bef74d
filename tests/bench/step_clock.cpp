// SPDX-License-Identifier: Apache-2.0
#include "step_clock.hpp"

namespace scprior::bench {

bool StepClock::tell(const core::FitProgress& progress) {
  const Clock::time_point now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - last_).count();
  last_ = now;
  if (progress.finished != nullptr || ++seen_ <= warm_up_steps) return true;
  steps_.push_back(seconds);
  total_ += seconds;
  return static_cast<int64_t>(steps_.size()) < min_steps || total_ < wanted_seconds_;
}

}  // namespace scprior::bench
