// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "scprior/core/fit.hpp"

namespace scprior::app {

/// Shows a fit on the standard error: a line that moves on a terminal, else a plain line from time to time.
class ProgressLine {
 public:
  /// title: what is being fitted, e.g. "[2/10] pancreas / VAE / seed 0".
  explicit ProgressLine(std::string title);
  ~ProgressLine();

  void show(const core::FitProgress& progress);
  /// Ends the moving line.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  std::string title_;
  bool terminal_, shown_ = false;
  double validation_loss_;
  Clock::time_point last_;
};

/// "1:02:03", "2:03".
std::string duration_text(double seconds);

}  // namespace scprior::app
