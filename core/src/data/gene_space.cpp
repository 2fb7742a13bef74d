// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/gene_space.hpp"

#include <algorithm>
#include <unordered_set>

#include "data/gene_list.hpp"
#include "data/gene_mapping.hpp"
#include "data/text_file.hpp"
#include "io/replace_file.hpp"
#include "scprior/core/installation.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

constexpr std::string_view table_ending = ".tsv.gz";

std::filesystem::path tables_folder() {
  return data_folder() / "gene_spaces";
}

/// A column that holds symbols beside the names of the index, or nullptr.
const Column* symbol_column(const DatasetInfo& info) {
  for (const char* name : {"gene_symbol", "gene_symbols", "symbol", "gene_name", "gene_names", "feature_name"})
    for (const Column& column : info.genes)
      if (column.name == name) return &column;
  return nullptr;
}

GeneSpace genes_of_dataset(const DatasetInfo& info) {
  GeneSpace space{"dataset", {}};
  std::unordered_set<std::string> seen;
  const Column* symbols = symbol_column(info);
  for (size_t gene = 0; gene < info.gene_names.size(); ++gene) {
    std::string id = clean_gene_name(info.gene_names[gene]);
    if (id.empty() || !seen.insert(id).second) continue;
    std::string symbol = symbols ? clean_gene_name(text_at(*symbols, gene)) : "";
    if (symbol == id) symbol.clear();
    space.genes.push_back({std::move(id), std::move(symbol)});
  }
  if (space.genes.empty()) fail(Status::data, "the data set has no gene names, which genes.space = \"dataset\" needs");
  return space;
}

[[noreturn]] void fail_unknown(const std::string& name) {
  const std::vector<std::string> known = known_gene_spaces();
  std::string list;
  for (const std::string& space : known) list += (list.empty() ? "\"" : ", \"") + space + "\"";
  const std::string nearest = nearest_name(name, known);
  fail(Status::config, "genes.space = \"", name, "\": neither a known gene space nor a file. Known: ", list,
       nearest.empty() ? std::string() : "; nearest: \"" + nearest + "\"",
       ". Or give the path of a list of genes: one per line, or a table with ids and symbols.");
}

}  // namespace

std::vector<std::string> known_gene_spaces() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(tables_folder(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(table_ending)) names.push_back(name.substr(0, name.size() - table_ending.size()));
  }
  std::sort(names.begin(), names.end());
  names.insert(names.begin(), "dataset");
  return names;
}

GeneSpace load_gene_space(const GeneConfig& config, const DatasetInfo& info) {
  if (config.space == "dataset") return genes_of_dataset(info);
  const std::vector<std::string> known = known_gene_spaces();
  std::filesystem::path file = config.space;
  if (std::find(known.begin(), known.end(), config.space) != known.end())
    file = tables_folder() / (config.space + std::string(table_ending));
  else if (config.space == GeneConfig{}.space)
    fail(Status::io, "the table of the gene space ", config.space, " is missing from this installation; looked in ",
         tables_folder().string());
  else if (config.space.empty() || !std::filesystem::exists(file))
    fail_unknown(config.space);
  return {config.space, parse_gene_list(read_maybe_gzip(file), file.string())};
}

void write_genes(const std::filesystem::path& file, const GeneSpace& space) {
  std::string text = "id\tsymbol\n";
  for (const Gene& gene : space.genes)
    text += clean_gene_name(gene.id) + "\t" + clean_gene_name(gene.symbol) + "\n";
  replace_file(file, {text});
}

GeneSpace read_genes(const std::filesystem::path& file, const std::string& name) {
  if (!std::filesystem::exists(file)) fail(Status::io, file.string(), ": missing; the model folder is not complete");
  const std::string text = read_maybe_gzip(file);
  constexpr std::string_view header = "id\tsymbol\n";
  const auto damaged = [&](const auto&... what) { fail(Status::io, file.string(), ": damaged: ", what...); };
  if (!text.starts_with(header)) damaged("it does not start with the line \"id<tab>symbol\"");
  if (!text.ends_with('\n')) damaged("it does not end with a line break; the file was cut off");
  GeneSpace space{name, {}};
  std::unordered_set<std::string_view> seen;
  for (std::string_view rest = std::string_view(text).substr(header.size()); !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const size_t tab = line.find('\t');
    const std::string_view id = line.substr(0, tab);
    const size_t number = space.genes.size() + 2;
    if (tab == std::string_view::npos || id.empty()) damaged("line ", number, " is not an id, a tab and a symbol");
    if (!seen.insert(id).second) damaged("line ", number, " names ", id, " a second time");
    space.genes.push_back({std::string(id), std::string(line.substr(tab + 1))});
  }
  if (space.genes.empty()) damaged("it names no gene");
  return space;
}

}  // namespace scprior::core
