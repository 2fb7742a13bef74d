// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include <algorithm>
#include <cmath>

namespace scprior::bench {

Summary summarise(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return {(values[(n - 1) / 2] + values[n / 2]) / 2, values.front(), values.back(), static_cast<int64_t>(n)};
}

std::vector<double> combine(const std::vector<double>& a, const std::vector<double>& b,
                            const std::function<double(double, double)>& f) {
  std::vector<double> out;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) out.push_back(f(a[i], b[i]));
  return out;
}

void Samples::add(const std::string& task, int64_t repetition, const Measured& measured) {
  for (const auto& [quantity, value] : measured.values) {
    std::vector<double>& values = values_[task][quantity];
    values.resize(static_cast<size_t>(repetition) + 1, std::numeric_limits<double>::quiet_NaN());
    values.back() = value;
  }
  for (const auto& [name, fact] : measured.facts) facts_[name] = fact;
}

void Samples::add_failure(const std::string& task, const std::string& reason) { failures_[task] = reason; }

bool Samples::has(const std::string& task) const { return values_.contains(task); }

std::vector<double> Samples::values(const std::string& task, const std::string& quantity) const {
  const auto found = values_.find(task);
  if (found == values_.end()) return {};
  const auto column = found->second.find(quantity);
  return column == found->second.end() ? std::vector<double>{} : column->second;
}

Summary Samples::of(const std::string& task, const std::string& quantity) const {
  return summarise(values(task, quantity));
}

Summary Samples::ratio(const std::string& task, const std::string& other, const std::string& quantity) const {
  return summarise(combine(values(task, quantity), values(other, quantity), [](double a, double b) { return a / b; }));
}

}  // namespace scprior::bench
