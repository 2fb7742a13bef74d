// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

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

/// The Ensembl id without its version: ENSG00000000003.15 -> ENSG00000000003. A suffix after the version stays, so that
/// ENSG00000182378.14_PAR_Y is a gene apart. None for names without a version.
std::optional<std::string> without_version(std::string_view id) {
  const size_t dot = id.find('.');
  if (!id.starts_with("ENS") || dot == std::string_view::npos || dot < 4 || !is_digit(id[dot - 1])) return {};
  size_t end = dot + 1;
  while (end < id.size() && is_digit(id[end])) ++end;
  const bool is_version = end > dot + 1 && (end == id.size() || id[end] == '_');
  if (!is_version) return {};
  return std::string(id.substr(0, dot)).append(id.substr(end));
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

GeneIndex::GeneIndex(const GeneSpace& space) {
  by_id_.reserve(space.genes.size());
  by_symbol_.reserve(space.genes.size());
  for (size_t gene = 0; gene < space.genes.size(); ++gene)
    by_id_.emplace(space.genes[gene].id, static_cast<int32_t>(gene));
  for (size_t gene = 0; gene < space.genes.size(); ++gene) {
    if (auto id = without_version(space.genes[gene].id))
      by_id_.emplace(without_version_.emplace_back(std::move(*id)), static_cast<int32_t>(gene));
    const std::string& symbol = space.genes[gene].symbol;
    if (symbol.empty()) continue;
    if (!by_symbol_.emplace(symbol, static_cast<int32_t>(gene)).second) ambiguous_.insert(symbol);
  }
}

GeneIndex::Hit GeneIndex::find(std::string_view name) const {
  std::string cleaned;
  if (!is_clean_gene_name(name)) name = cleaned = clean_gene_name(name);
  if (name.empty()) return {};
  if (const auto hit = by_id_.find(name); hit != by_id_.end()) return {hit->second, false, false};
  if (const auto id = without_version(name))
    if (const auto hit = by_id_.find(*id); hit != by_id_.end()) return {hit->second, false, false};
  if (const auto hit = by_symbol_.find(name); hit != by_symbol_.end())
    return {hit->second, true, ambiguous_.contains(name)};
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
