// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "scprior/core/dataset_summary.hpp"
#include "scprior/core/gene_space.hpp"

namespace scprior::core {

/// Text of a column's row: a category's name or the text itself; "" where missing or where the column is of another
/// kind.
std::string_view text_at(const Column& column, size_t row);

/// Finds genes of a space by id, by id without version, or by symbol, in this order. Of several genes with a symbol,
/// the first in the space is found; in the shipped tables, which are ordered by id, that with the lowest id.
class GeneIndex {
 public:
  /// The space is kept by reference.
  explicit GeneIndex(const GeneSpace& space);

  struct Hit {
    int32_t gene = -1;  // -1 = not in the space
    bool by_symbol = false;
    bool ambiguous = false;  // the symbol belongs to several genes of the space
  };
  Hit find(std::string_view name) const;
  /// True if only upper and lower case keep the name from being found.
  bool found_ignoring_case(std::string_view name) const;

 private:
  std::unordered_map<std::string_view, int32_t> by_id_, by_symbol_;
  std::unordered_set<std::string_view> ambiguous_;
  std::deque<std::string> without_version_;        // of ids that have one
  mutable std::unordered_set<std::string> upper_;  // made when first needed
};

/// Where the genes of a file stand in a space.
struct GeneMapping {
  std::vector<int32_t> to_space;  // [genes of the file], -1 = dropped
  std::string names_from;         // "index" or a column
  int64_t n_matched = 0, n_dropped = 0, n_merged = 0, n_ambiguous = 0;
  std::vector<std::string> notes;
};

/// How the index and every text column of the gene table fit the space; the index first.
std::vector<NamingMatch> match_names(const DatasetInfo& info, const GeneSpace& space);

/// Maps by the naming that finds most genes of the space; of equals, that which finds more by id, then the first.
/// way_out ends the messages of errors: what the user can do.
/// Errors: Error{data} no gene in common, or hardly any unless upper and lower case are ignored.
GeneMapping map_genes(const DatasetInfo& info, const GeneSpace& space, const std::string& way_out);

}  // namespace scprior::core
