// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "data/count_check.hpp"
#include "data/open_data.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

struct Selection {
  std::string option;
  OptionValue value;
};

/// The option of a loader that selects a matrix, by the common names: "layers/NAME" is layer = NAME, "raw/..." is
/// raw = true. No option: "".
Selection selection_of(const std::string& matrix, const OptionTable& table) {
  const auto declared = [&](const char* name, scprior_option_type type) {
    return std::any_of(table.begin(), table.end(), [&](const OptionSpec& o) { return o.name == name && o.type == type; });
  };
  if (matrix.starts_with("layers/") && declared("layer", SCPRIOR_OPTION_TEXT)) return {"layer", matrix.substr(7)};
  if (matrix.starts_with("raw/") && declared("raw", SCPRIOR_OPTION_BOOLEAN)) return {"raw", true};
  return {};
}

/// "": cannot be read; otherwise whether the first cells are raw counts.
std::string look_at(const Selection& selection, const std::string& loader, const DataConfig& config, const PluginHost& host) {
  try {
    const OptionTable& table = host.find(SCPRIOR_KIND_LOADER, loader)->options;
    DataConfig other = config;
    other.loader = {loader, Options::resolve(table, {{selection.option, selection.value}})};
    const OpenData data = open_data(other, host);
    const int64_t n_cells = std::min<int64_t>(data.info.n_cells, 256);
    CountCheck check;
    if (n_cells > 0) check.add(read_block(data, 0, n_cells), 0);
    return check.raw() ? "raw counts" : "not raw counts";
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

std::string other_matrices_text(const OpenData& data, const DataConfig& config, const PluginHost& host) {
  if (data.info.other_matrices.empty())
    return "scprior needs raw counts (whole numbers of molecules or reads), and the file has no other matrix: go back to "
           "the file before normalisation.";
  const OptionTable& table = host.find(SCPRIOR_KIND_LOADER, data.loader_name)->options;
  std::string raw, others;
  for (const std::string& matrix : data.info.other_matrices) {
    const Selection selection = selection_of(matrix, table);
    std::string text = matrix, kind;
    if (!selection.option.empty()) {
      kind = look_at(selection, data.loader_name, config, host);
      const bool is_text = std::holds_alternative<std::string>(selection.value);
      text += concat(" (loader = { type = \"", data.loader_name, "\", ", selection.option, " = ", to_toml(selection.value),
                     " }, or --set loader.type=", data.loader_name, " --set loader.", selection.option, "=",
                     is_text ? std::get<std::string>(selection.value) : to_toml(selection.value), ")");
    }
    std::string& list = kind == "raw counts" ? raw : others;
    list += (list.empty() ? "" : "; ") + text;
  }
  if (!raw.empty()) return "The file has raw counts in " + raw + ".";
  return "scprior needs raw counts (whole numbers of molecules or reads). The file also has " + others + ".";
}

}  // namespace scprior::core
