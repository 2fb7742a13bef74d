// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>

#include "data/count_check.hpp"
#include "data/open_data.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

/// The options that select a matrix, by the names that loaders have in common: "X" is read by default, "layers/NAME"
/// with layer = NAME, "raw/..." with raw = true. None where the loader has no such option.
std::optional<std::map<std::string, OptionValue>> selection_of(const std::string& matrix, const OptionTable& table) {
  using Given = std::map<std::string, OptionValue>;
  const auto declared = [&](const char* name, scprior_option_type type) {
    const auto matches = [&](const OptionSpec& option) { return option.name == name && option.type == type; };
    return std::any_of(table.begin(), table.end(), matches);
  };
  if (matrix == "X") return Given{};
  if (matrix.starts_with("layers/") && declared("layer", SCPRIOR_OPTION_TEXT))
    return Given{{"layer", matrix.substr(7)}};
  if (matrix.starts_with("raw/") && declared("raw", SCPRIOR_OPTION_BOOLEAN)) return Given{{"raw", true}};
  return {};
}

/// True if the first cells of another matrix of the file are raw counts.
bool is_raw(DataConfig config, const Options& options, const PluginHost& host) {
  try {
    config.loader.options = options;
    const OpenData data = open_data(config, host);
    const int64_t n_cells = std::min<int64_t>(data.info.n_cells, 256);
    CountCheck check;
    if (n_cells > 0) check.add(read_block(data, 0, n_cells), 0);
    return n_cells > 0 && check.raw();
  } catch (const Error&) {
    return false;
  }
}

/// How to write the selection, in an experiment and on the command line.
std::string how_to_select(const std::string& loader, const std::map<std::string, OptionValue>& selection) {
  if (selection.empty()) return " (no option: what is read by default)";
  const auto& [name, value] = *selection.begin();
  const auto* text = std::get_if<std::string>(&value);
  return concat(" (loader = { type = \"", loader, "\", ", name, " = ", to_toml(value),
                " }, or --set loader.type=", loader, " --set loader.", name, "=", text ? *text : to_toml(value), ")");
}

}  // namespace

std::string other_matrices_text(const OpenData& data, const DataConfig& config, const PluginHost& host) {
  if (data.info.other_matrices.empty())
    return "scprior needs raw counts (whole numbers of molecules or reads), and the file has no other matrix: go back "
           "to "
           "the file before normalisation.";
  const OptionTable& table = host.find(SCPRIOR_KIND_LOADER, data.loader_name)->options;
  DataConfig named = config;
  named.loader.type = data.loader_name;
  std::string raw, others;
  for (const std::string& matrix : data.info.other_matrices) {
    const auto selection = selection_of(matrix, table);
    const bool good = selection && is_raw(named, Options::resolve(table, *selection), host);
    std::string& list = good ? raw : others;
    list += (list.empty() ? "" : "; ") + matrix + (selection ? how_to_select(data.loader_name, *selection) : "");
  }
  if (!raw.empty()) return "The file has raw counts in " + raw + ".";
  return "scprior needs raw counts (whole numbers of molecules or reads). The file also has " + others + ".";
}

}  // namespace scprior::core
