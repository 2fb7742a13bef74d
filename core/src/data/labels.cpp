// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "scprior/core/dataset.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

[[noreturn]] void fail_unknown(const DatasetInfo& info, const std::string& column) {
  std::vector<std::string> names;
  std::string list;
  for (const Column& known : info.cells) {
    names.push_back(known.name);
    list += (list.empty() ? "" : ", ") + known.name;
  }
  const std::string nearest = nearest_name(column, names);
  fail(Status::data, "the table of cells has no column \"", column, "\"",
       nearest.empty() ? std::string() : "; nearest is \"" + nearest + "\"",
       names.empty() ? std::string("; it has no columns at all") : "; its columns are " + list);
}

/// Labels of keyed values: keys sorted, named by `name`. keep(i) is false where the value is missing.
template <class Key, class Keep, class At, class Name>
Labels sorted_labels(size_t n, Keep keep, At at, Name name) {
  std::map<Key, int64_t> code_of;
  for (size_t i = 0; i < n; ++i)
    if (keep(i)) code_of.emplace(at(i), 0);
  Labels labels;
  for (auto& [key, code] : code_of) {
    code = static_cast<int64_t>(labels.names.size());
    labels.names.push_back(name(key));
  }
  labels.codes = at::full({static_cast<int64_t>(n)}, -1, at::kLong);
  int64_t* codes = labels.codes.data_ptr<int64_t>();
  for (size_t i = 0; i < n; ++i)
    if (keep(i)) codes[i] = code_of.at(at(i));
  return labels;
}

const auto always = [](size_t) { return true; };

Labels labels_from(const Categories& values, const std::string&) {
  const auto known = [&](size_t i) {
    return values.codes[i] >= 0 && values.codes[i] < static_cast<int32_t>(values.names.size());
  };
  return sorted_labels<int32_t>(
      values.codes.size(), known, [&](size_t i) { return values.codes[i]; },
      [&](int32_t code) { return values.names[code]; });
}

Labels labels_from(const std::vector<std::string>& values, const std::string&) {
  return sorted_labels<std::string>(
      values.size(), [&](size_t i) { return !values[i].empty(); }, [&](size_t i) { return values[i]; },
      [](const std::string& text) { return text; });
}

Labels labels_from(const std::vector<int64_t>& values, const std::string&) {
  return sorted_labels<int64_t>(
      values.size(), always, [&](size_t i) { return values[i]; }, [](int64_t value) { return std::to_string(value); });
}

Labels labels_from(const std::vector<bool>& values, const std::string&) {
  return sorted_labels<bool>(
      values.size(), always, [&](size_t i) { return values[i]; },
      [](bool value) { return std::string(value ? "True" : "False"); });
}

/// Whole numbers with missing values are stored as real numbers by many programs; anything else is no label.
Labels labels_from(const std::vector<double>& values, const std::string& column) {
  for (const double value : values)
    if (!std::isnan(value) && (std::floor(value) != value || std::abs(value) > 9e15))
      fail(Status::data, "column \"", column, "\" holds real numbers (", value,
           "), not labels; wanted categories, texts, whole numbers or true/false");
  return sorted_labels<double>(
      values.size(), [&](size_t i) { return !std::isnan(values[i]); }, [&](size_t i) { return values[i]; },
      [](double value) { return std::to_string(static_cast<int64_t>(value)); });
}

}  // namespace

Labels labels_of(const DatasetInfo& info, const std::string& column) {
  const auto found =
      std::find_if(info.cells.begin(), info.cells.end(), [&](const Column& c) { return c.name == column; });
  if (found == info.cells.end()) fail_unknown(info, column);
  Labels labels = std::visit([&](const auto& values) { return labels_from(values, column); }, found->values);
  if (labels.codes.size(0) != info.n_cells)
    fail(Status::data, "column \"", column, "\" has ", labels.codes.size(0), " values for ", info.n_cells, " cells");
  if (labels.names.empty()) fail(Status::data, "column \"", column, "\" has nothing but missing values");
  return labels;
}

}  // namespace scprior::core
