// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "measured.hpp"

namespace scprior::bench {

/// Median and range of repetitions, without those that are NaN. Of an even number, the mean of the middle two.
struct Summary {
  double median = std::numeric_limits<double>::quiet_NaN();
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  int64_t n = 0;  ///< values that there are
};
Summary summarise(std::vector<double> values);

/// What all repetitions of all tasks found, by the number of the repetition. Repetitions of the same number ran next to
/// each other: ratios are taken within a repetition, so that a drift of the machine's speed cancels.
class Samples {
 public:
  void add(const std::string& task, int64_t repetition, const Measured& measured);
  /// Why a task has no values.
  void add_failure(const std::string& task, const std::string& reason);

  bool has(const std::string& task) const;
  /// One value per repetition, NaN where there is none; empty for an unknown task or quantity.
  std::vector<double> values(const std::string& task, const std::string& quantity) const;
  Summary of(const std::string& task, const std::string& quantity) const;
  /// Quantity of `task` over that of `other`, repetition by repetition.
  Summary ratio(const std::string& task, const std::string& other, const std::string& quantity) const;

  const std::map<std::string, std::map<std::string, std::vector<double>>>& all() const { return values_; }
  const std::map<std::string, std::string>& failures() const { return failures_; }
  const std::map<std::string, std::string>& facts() const { return facts_; }

 private:
  std::map<std::string, std::map<std::string, std::vector<double>>> values_;
  std::map<std::string, std::string> failures_, facts_;
};

/// f of the values of each repetition, as far as both reach.
std::vector<double> combine(const std::vector<double>& a, const std::vector<double>& b,
                            const std::function<double(double, double)>& f);

}  // namespace scprior::bench
