// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/random.hpp"
#include "scprior/core/dataset.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

constexpr int64_t min_training_cells = 2;  // batch normalisation has no variance of one cell

using Rows = std::vector<int64_t>;

void check_shares(const SplitConfig& config) {
  const auto share = [](double value) { return value >= 0 && value < 1; };
  if (!share(config.test)) fail(Status::config, "split.test = ", config.test, ": must be at least 0 and below 1");
  if (!share(config.validation))
    fail(Status::config, "split.validation = ", config.validation, ": must be at least 0 and below 1");
  if (config.test + config.validation >= 1)
    fail(Status::config, "split.test + split.validation = ", config.test + config.validation,
         ": must be below 1, nothing is left to train on");
}

/// The units that are held out or trained on whole: single cells, or groups.
std::vector<Rows> units_of(const Dataset& data, const std::string& group) {
  std::vector<Rows> units;
  if (group.empty()) {
    for (int64_t row = 0; row < data.info.n_cells; ++row) units.push_back({row});
    return units;
  }
  const auto named = [&](const Column& column) { return column.name == group; };
  Labels labels;
  try {
    labels = labels_of(data.info, group);
  } catch (const Error& error) {
    const bool known = std::any_of(data.info.cells.begin(), data.info.cells.end(), named);
    fail(known ? error.status() : Status::config, "split.group: ", error.what());
  }
  units.resize(labels.names.size() + 1);  // the last: cells without a group
  const int64_t* codes = labels.codes.data_ptr<int64_t>();
  for (int64_t row = 0; row < data.info.n_cells; ++row)
    units[codes[row] < 0 ? labels.names.size() : static_cast<size_t>(codes[row])].push_back(row);
  if (units.back().empty()) units.pop_back();
  return units;
}

/// Moves units from the front of `order`, starting at `next`, until they hold `wanted` cells.
Rows take(const std::vector<Rows>& units, const Rows& order, size_t& next, int64_t wanted) {
  Rows rows;
  for (; next < order.size() && static_cast<int64_t>(rows.size()) < wanted; ++next)
    rows.insert(rows.end(), units[order[next]].begin(), units[order[next]].end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

Split split_cells(const Dataset& data, const SplitConfig& config, int64_t fit_seed) {
  check_shares(config);
  const int64_t n = data.info.n_cells;
  const std::vector<Rows> units = units_of(data, config.group);
  Rows order(units.size());
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 engine(static_cast<uint64_t>(config.seed == -1 ? fit_seed : config.seed));
  shuffle(order, engine);

  size_t next = 0;
  const auto wanted = [n](double share) { return static_cast<int64_t>(std::llround(share * static_cast<double>(n))); };
  Split split;
  split.test = take(units, order, next, wanted(config.test));
  split.validation = take(units, order, next, wanted(config.validation));
  split.train = take(units, order, next, n);

  const std::string of = config.group.empty()
                             ? concat(n, n == 1 ? " cell" : " cells")
                             : concat(units.size(), " groups of column ", config.group, " (", n, " cells)");
  const auto need = [&](const Rows& rows, double share, const char* part) {
    if (share > 0 && rows.empty())
      fail(Status::data, "the ", part, " part would be empty: ", of, ", split.", part, " = ", share,
           ". Take more cells, a larger share, or split.", part, " = 0.");
  };
  need(split.test, config.test, "test");
  need(split.validation, config.validation, "validation");
  if (static_cast<int64_t>(split.train.size()) < min_training_cells)
    fail(Status::data, "only ", split.train.size(), " of ", of, " would be left for training, at least ",
         min_training_cells, " cells are needed: take more cells or smaller shares (split.test, split.validation)",
         config.group.empty() ? "." : ", or split by single cells.");
  return split;
}

}  // namespace scprior::core
