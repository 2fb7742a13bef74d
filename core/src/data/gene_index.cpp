// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "data/gene_list.hpp"
#include "data/gene_mapping.hpp"

namespace scprior::core {
namespace {

std::string upper_case(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return upper;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string_view text_at(const Column& column, size_t row) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&column.values))
    return row < texts->size() ? std::string_view((*texts)[row]) : std::string_view();
  const auto* categories = std::get_if<Categories>(&column.values);
  if (!categories || row >= categories->codes.size()) return {};
  const int32_t code = categories->codes[row];
  return code >= 0 && code < static_cast<int32_t>(categories->names.size()) ? categories->names[code]
                                                                            : std::string_view();
}

std::string without_version(std::string_view id) {
  const size_t dot = id.find('.');
  if (!id.starts_with("ENS") || dot == std::string_view::npos || dot < 4 || !is_digit(id[dot - 1]))
    return std::string(id);
  size_t end = dot + 1;
  while (end < id.size() && is_digit(id[end])) ++end;
  const bool is_version = end > dot + 1 && (end == id.size() || id[end] == '_');
  return is_version ? std::string(id.substr(0, dot)).append(id.substr(end)) : std::string(id);
}

GeneIndex::GeneIndex(const GeneSpace& space) {
  by_id_.reserve(2 * space.genes.size());
  by_symbol_.reserve(space.genes.size());
  for (size_t gene = 0; gene < space.genes.size(); ++gene)
    by_id_.emplace(space.genes[gene].id, static_cast<int32_t>(gene));
  for (size_t gene = 0; gene < space.genes.size(); ++gene) {
    by_id_.emplace(without_version(space.genes[gene].id), static_cast<int32_t>(gene));
    const std::string& symbol = space.genes[gene].symbol;
    if (symbol.empty()) continue;
    if (!by_symbol_.emplace(symbol, static_cast<int32_t>(gene)).second) ambiguous_.insert(symbol);
  }
}

GeneIndex::Hit GeneIndex::find(std::string_view name) const {
  const std::string clean = clean_gene_name(name);
  if (clean.empty()) return {};
  if (const auto hit = by_id_.find(clean); hit != by_id_.end()) return {hit->second, false, false};
  if (const auto hit = by_id_.find(without_version(clean)); hit != by_id_.end()) return {hit->second, false, false};
  if (const auto hit = by_symbol_.find(clean); hit != by_symbol_.end())
    return {hit->second, true, ambiguous_.contains(clean)};
  return {};
}

bool GeneIndex::found_ignoring_case(std::string_view name) const {
  if (upper_.empty()) {
    for (const auto& entry : by_id_) upper_.insert(upper_case(entry.first));
    for (const auto& entry : by_symbol_) upper_.insert(upper_case(entry.first));
  }
  return upper_.contains(upper_case(clean_gene_name(name)));
}

}  // namespace scprior::core
