// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "samples.hpp"

namespace scprior::bench {

enum class Verdict { met, not_met, not_measured };
std::string to_text(Verdict verdict);

/// Something that scprior is to reach, beside what was measured.
struct Bar {
  std::string what, condition, precision;
  std::string unit;      ///< "×", "%", "GB", ...
  bool at_least = true;  ///< false: at most
  double bound = 0;
  std::vector<std::pair<std::string, Summary>> measured;  ///< of each model
  std::string note;  ///< why it cannot be judged: measured at other sizes than it is stated for

  /// All models reach it; not measured: one is missing and none fails.
  Verdict verdict() const;
};

/// The bars of scprior's speed. Ratios are those of cells per second within a repetition.
std::vector<Bar> bars_of(const Samples& samples, const Arguments& arguments);

}  // namespace scprior::bench
