// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "scprior/core/config.hpp"

namespace scprior::core {

/// Learning rate on a plateau, and early stopping, from one monitored loss per epoch.
class Schedule {
 public:
  explicit Schedule(const TrainConfig& config) : config_(config), learning_rate_(config.learning_rate) {}

  /// Returns true if the loss is the lowest so far.
  bool observe(double loss) {
    if (loss < best_) {
      best_ = loss;
      since_best_ = since_change_ = 0;
      return true;
    }
    ++since_best_;
    if (++since_change_ >= config_.plateau_patience) {
      learning_rate_ *= config_.plateau_factor;
      since_change_ = 0;
    }
    return false;
  }

  double learning_rate() const { return learning_rate_; }
  bool exhausted() const { return since_best_ >= config_.stop_patience; }

 private:
  TrainConfig config_;
  double learning_rate_;
  double best_ = std::numeric_limits<double>::infinity();
  int64_t since_best_ = 0, since_change_ = 0;
};

}  // namespace scprior::core
