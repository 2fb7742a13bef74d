// SPDX-License-Identifier: Apache-2.0
#include "data/gene_mapping.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "scprior/error.hpp"

namespace scprior::core {
namespace {

/// Names that a file gives its genes: the index, or a column of text.
struct Naming {
  std::string from;
  const std::vector<std::string>* index = nullptr;
  const Column* column = nullptr;

  std::string_view at(size_t gene) const { return index ? std::string_view((*index)[gene]) : text_at(*column, gene); }
};

std::vector<Naming> namings_of(const DatasetInfo& info) {
  std::vector<Naming> namings{{"index", &info.gene_names, nullptr}};
  for (const Column& column : info.genes)
    if (std::holds_alternative<Categories>(column.values) ||
        std::holds_alternative<std::vector<std::string>>(column.values))
      namings.push_back({column.name, nullptr, &column});
  return namings;
}

struct Match {
  NamingMatch naming;
  std::vector<GeneIndex::Hit> hits;  // [genes of the file]
};

Match match(const Naming& naming, size_t n_genes, const GeneIndex& index, size_t n_space) {
  Match result{{naming.from, 0, 0, {}}, std::vector<GeneIndex::Hit>(n_genes)};
  std::vector<bool> found(n_space, false);
  for (size_t gene = 0; gene < n_genes; ++gene) {
    const std::string_view name = naming.at(gene);
    if (result.naming.examples.size() < 3 && !name.empty()) result.naming.examples.emplace_back(name);
    const GeneIndex::Hit hit = result.hits[gene] = index.find(name);
    if (hit.gene < 0 || found[hit.gene]) continue;
    found[hit.gene] = true;
    ++(hit.by_symbol ? result.naming.by_symbol : result.naming.by_id);
  }
  return result;
}

/// Species of Ensembl ids other than human, as far as people meet them.
std::string_view species_of(std::string_view id) {
  constexpr std::array<std::array<std::string_view, 2>, 8> prefixes = {{{"ENSMUSG", "mouse"},
                                                                        {"ENSRNOG", "rat"},
                                                                        {"ENSDARG", "zebrafish"},
                                                                        {"ENSSSCG", "pig"},
                                                                        {"ENSMMUG", "macaque"},
                                                                        {"ENSGALG", "chicken"},
                                                                        {"FBgn", "fruit fly"},
                                                                        {"WBGene", "worm"}}};
  for (const auto& [prefix, species] : prefixes)
    if (id.starts_with(prefix)) return species;
  return {};
}

std::string examples_of(const GeneSpace& space) {
  std::string text;
  for (size_t gene = 0; gene < std::min<size_t>(3, space.genes.size()); ++gene) {
    text += (gene ? ", " : "") + space.genes[gene].id;
    if (!space.genes[gene].symbol.empty()) text += " (" + space.genes[gene].symbol + ")";
  }
  return text;
}

/// Why hardly a gene was found, as far as the names tell.
std::string guess_of(const std::vector<Naming>& namings, size_t n_genes, const GeneIndex& index, int64_t matched) {
  for (const Naming& naming : namings)
    for (size_t gene = 0; gene < n_genes; ++gene)
      if (const std::string_view species = species_of(naming.at(gene)); !species.empty())
        return fmt::format(" {} is an id of a {} gene: the data are of another species.", naming.at(gene), species);
  for (const Naming& naming : namings) {
    int64_t n_ignoring_case = 0;
    std::string example;
    for (size_t gene = 0; gene < n_genes; ++gene) {
      if (!index.found_ignoring_case(naming.at(gene))) continue;
      ++n_ignoring_case;
      if (example.empty() && index.find(naming.at(gene)).gene < 0) example = naming.at(gene);
    }
    if (n_ignoring_case >= 10 * std::max<int64_t>(matched, 1) && 10 * n_ignoring_case >= static_cast<int64_t>(n_genes))
      return fmt::format(
          " With upper and lower case ignored it would be {}: names such as {} are written as mouse genes are. Genes of"
          " different species are not matched by their names.",
          n_ignoring_case, example);
  }
  return {};
}

}  // namespace

std::vector<NamingMatch> match_names(const DatasetInfo& info, const GeneSpace& space) {
  const GeneIndex index(space);
  std::vector<NamingMatch> matches;
  for (const Naming& naming : namings_of(info))
    matches.push_back(match(naming, info.gene_names.size(), index, space.genes.size()).naming);
  return matches;
}

GeneMapping map_genes(const DatasetInfo& info, const GeneSpace& space, const std::string& way_out) {
  const GeneIndex index(space);
  const std::vector<Naming> namings = namings_of(info);
  const size_t n_genes = info.gene_names.size();
  const int64_t possible = static_cast<int64_t>(std::min(n_genes, space.genes.size()));
  Match chosen = match(namings.front(), n_genes, index, space.genes.size());
  for (size_t i = 1; i < namings.size() && chosen.naming.by_id < possible; ++i) {
    Match candidate = match(namings[i], n_genes, index, space.genes.size());
    const NamingMatch &best = chosen.naming, &other = candidate.naming;
    if (other.matched() > best.matched() || (other.matched() == best.matched() && other.by_id > best.by_id))
      chosen = std::move(candidate);
  }

  const int64_t matched = chosen.naming.matched();
  const bool few = 10 * matched < possible;
  if (few) {
    const std::string guess = guess_of(namings, n_genes, index, matched);
    if (matched == 0 || !guess.empty())
      fail(Status::data, matched == 0 ? "none" : fmt::format("only {}", matched), " of the ", n_genes,
           matched == 0 ? " genes of the file is" : " genes of the file are", " in the gene space ", space.name, " (",
           space.genes.size(), " genes). The file names its genes ",
           fmt::format("{}", fmt::join(chosen.naming.examples, ", ")), "; the gene space names them ",
           examples_of(space), ".", guess, " ", way_out);
  }

  GeneMapping mapping;
  mapping.names_from = chosen.naming.from;
  mapping.to_space.resize(n_genes);
  for (size_t gene = 0; gene < n_genes; ++gene) {
    const GeneIndex::Hit hit = chosen.hits[gene];
    mapping.to_space[gene] = hit.gene;
    mapping.n_dropped += hit.gene < 0;
    mapping.n_ambiguous += hit.ambiguous;
  }
  mapping.n_matched = matched;
  mapping.n_merged = static_cast<int64_t>(n_genes) - mapping.n_dropped - matched;
  if (mapping.n_ambiguous > 0)
    mapping.notes.push_back(
        fmt::format("{} gene{} named by a symbol that belongs to several ids of the gene space: the "
                    "first of these ids was taken.",
                    mapping.n_ambiguous, mapping.n_ambiguous == 1 ? " is" : "s are"));
  if (few)
    mapping.notes.push_back(
        fmt::format("Only {} genes were found in the gene space, which is few: are the names of the "
                    "genes right? {}",
                    matched, way_out));
  else if (10 * matched < static_cast<int64_t>(space.genes.size()))
    mapping.notes.push_back(
        fmt::format("Only {} of the {} genes of the gene space are in the file; the others are zeros. {}", matched,
                    space.genes.size(), way_out));
  return mapping;
}

}  // namespace scprior::core
