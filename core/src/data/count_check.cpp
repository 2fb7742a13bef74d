// SPDX-License-Identifier: Apache-2.0
#include "data/count_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace scprior::core {

void CountCheck::Range::add(double value) {
  min = std::min(min, value);
  max = std::max(max, value);
}

bool CountCheck::Range::constant(double tolerance) const {
  return min > 0 && max - min <= tolerance * max;
}

namespace {

constexpr int32_t largest_exponent = 49;

/// e^x - 1. Most values are small whole numbers, for which a list is faster.
double exponential(float value) {
  static const auto list = [] {
    std::array<double, largest_exponent + 1> all;
    for (int32_t x = 0; x <= largest_exponent; ++x) all[x] = std::expm1(x);
    return all;
  }();
  const bool listed = is_count(value) && value <= largest_exponent;
  return listed ? list[static_cast<int32_t>(value)] : std::expm1(static_cast<double>(value));
}

}  // namespace

void CountCheck::add(const CountBlock& block, int64_t first_cell) {
  const int64_t n_rows = static_cast<int64_t>(block.row_ptr.size()) - 1;
  for (int64_t row = 0; row < n_rows; ++row) {
    double sum = 0, sum_of_exponentials = 0;
    for (int64_t entry = block.row_ptr[row]; entry < block.row_ptr[row + 1]; ++entry) {
      const float value = block.values[entry];
      if (value == 0) continue;
      ++n_nonzero_;
      sum += value;
      if (value < largest_exponent + 1) sum_of_exponentials += exponential(value);
      if (std::isfinite(value)) largest_ = std::max<double>(largest_, value);
      if (is_count(value)) continue;
      if (!std::isfinite(value))
        ++n_not_finite_;
      else if (value < 0)
        ++n_negative_;
      else if (value > largest_count)
        ++n_too_large_;
      else
        ++n_not_whole_;
      if (first_.cell < 0) first_ = {first_cell + row, block.columns[entry], value};
    }
    if (sum == 0) continue;
    sums_.add(sum);
    sums_of_exponentials_.add(sum_of_exponentials);
  }
  n_cells_ += n_rows;
}

std::string CountCheck::guess() const {
  if (n_not_finite_ > 0)
    return "NaN or infinity comes from a division by zero, often the normalisation of an empty cell";
  if (n_negative_ > 0) return "negative values come from scaling, centring or batch correction";
  if (n_not_whole_ == 0) return "such counts are no counts of molecules of a single cell";
  if (n_cells_ > 1 && sums_of_exponentials_.constant(1e-2))
    return fmt::format("they look log-normalised: exp(x) - 1 sums to {:.6g} in every cell", sums_of_exponentials_.max);
  if (n_cells_ > 1 && sums_.constant(1e-2))
    return fmt::format("they look normalised: they sum to {:.6g} in every cell", sums_.max);
  if (largest_ < 16) return "they look log-transformed: none is larger than " + fmt::format("{:.4g}", largest_);
  return "if they are counts with fractions (RSEM, kallisto, removal of ambient RNA), round them first";
}

std::string CountCheck::explain(const DatasetInfo& info) const {
  const auto name = [](const std::vector<std::string>& names, int64_t index) {
    return index < static_cast<int64_t>(names.size()) ? names[index] : std::to_string(index + 1);
  };
  std::string shares;
  const auto share = [&](int64_t n, const char* what) {
    if (n == 0) return;
    const double percent = 100.0 * static_cast<double>(n) / static_cast<double>(std::max<int64_t>(n_nonzero_, 1));
    shares += fmt::format("{}{:.3g} % {}", shares.empty() ? "" : ", ", percent, what);
  };
  share(n_not_finite_, "NaN or infinite");
  share(n_negative_, "negative");
  share(n_not_whole_, "not whole");
  share(n_too_large_, "above 16777216");
  return fmt::format(
      "not raw counts: gene {} of cell {} is {}; of the non-zero values of {} cells {}. What this means: {}",
      name(info.gene_names, first_.gene), name(info.cell_names, first_.cell), first_.value, n_cells_, shares, guess());
}

}  // namespace scprior::core
