// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "data/cell_kernels.hpp"
#include "scprior/loader.hpp"

namespace scprior::core {

/// What kind of values a matrix holds, from the blocks looked at.
class CountCheck {
 public:
  /// first_cell: row of the block's first cell in the data set.
  void add(const CountBlock& block, int64_t first_cell);

  bool raw() const { return first_.cell < 0; }
  double largest() const { return largest_; }
  /// "not raw counts: ..." with the first offending value, how many there are, and what the values look like.
  std::string explain(const DatasetInfo& info) const;

 private:
  struct Range {
    double min = std::numeric_limits<double>::infinity(), max = -std::numeric_limits<double>::infinity();
    void add(double value);
    /// All alike, to `tolerance` of their size, and not zero.
    bool constant(double tolerance) const;
  };
  std::string guess() const;

  struct {
    int64_t cell = -1, gene = 0;
    float value = 0;
  } first_;
  int64_t n_cells_ = 0, n_nonzero_ = 0, n_not_finite_ = 0, n_negative_ = 0, n_not_whole_ = 0, n_too_large_ = 0;
  double largest_ = 0;
  Range sums_, sums_of_exponentials_;  // per cell with values
};

}  // namespace scprior::core
