// SPDX-License-Identifier: Apache-2.0
#include "data/open_data.hpp"

#include <algorithm>
#include <numeric>

#include "data/cell_kernels.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

std::string known_loaders(const PluginHost& host) {
  std::string text;
  for (const std::string& name : host.names(SCPRIOR_KIND_LOADER)) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none (no loader plugin is loaded)" : text;
}

/// Throws if there is no file, with the file that may be meant.
void need_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    if (std::filesystem::is_regular_file(path, ignored) && std::filesystem::file_size(path, ignored) == 0)
      fail(Status::io, path.string(), ": the file is empty (0 bytes); was it copied or downloaded completely?");
    return;
  }
  std::vector<std::string> names;
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (names.size() < 10000) names.push_back(entry.path().filename().string());
  if (!std::filesystem::is_directory(folder, ignored))
    fail(Status::io, path.string(), ": no such file; there is no folder ", folder.string());
  const std::string nearest = nearest_name(path.filename().string(), names);
  fail(Status::io, path.string(), ": no such file", nearest.empty() ? std::string() : "; the folder has " + nearest);
}

void check_info(const DatasetInfo& info, const std::string& loader) {
  const auto contradict = [&](const char* what) {
    fail(Status::plugin, "loader ", loader, " contradicts itself: ", what, " (", info.n_cells, " cells, ", info.n_genes,
         " genes, ", info.cell_names.size(), " cell names, ", info.gene_names.size(), " gene names)");
  };
  if (info.n_cells < 0 || info.n_genes < 0) contradict("a negative size");
  if (static_cast<int64_t>(info.gene_names.size()) != info.n_genes) contradict("not one name for each gene");
  if (!info.cell_names.empty() && static_cast<int64_t>(info.cell_names.size()) != info.n_cells)
    contradict("not one name for each cell");
}

}  // namespace

std::string recognising_loader(const std::filesystem::path& path, const PluginHost& host) {
  for (const std::string& name : host.names(SCPRIOR_KIND_LOADER)) {
    try {
      const Options options = Options::resolve(host.find(SCPRIOR_KIND_LOADER, name)->options, {});
      if (host.create<Loader>(name, options)->recognises(path.string())) return name;
    } catch (const Error&) {
      // A loader that needs options cannot be asked.
    }
  }
  return "";
}

std::string recognise_loader(const std::filesystem::path& path, const PluginHost& host) {
  need_file(path);
  if (std::string name = recognising_loader(path, host); !name.empty()) return name;
  const char* what = std::filesystem::is_directory(path) ? "folder" : "file";
  fail(Status::data, path.string(), ": no loader recognises this ", what, ". Loaders: ", known_loaders(host),
       ". If it is of one of these kinds it is damaged; loader.type = \"...\" (--set loader.type=...) has a loader try "
       "it and say what is wrong.");
}

OpenData open_data(const DataConfig& config, const PluginHost& host) {
  OpenData data;
  data.loader_name = config.loader.type;
  Options options = config.loader.options;
  if (data.loader_name.empty()) {
    data.loader_name = recognise_loader(config.path, host);
    options = Options::resolve(host.find(SCPRIOR_KIND_LOADER, data.loader_name)->options, {});
  }
  std::unique_ptr<Loader> loader = host.create<Loader>(data.loader_name, options);
  data.info = loader->open(config.path.string());
  data.loader = std::move(loader);
  check_info(data.info, data.loader_name);
  if (data.info.cell_names.empty())
    for (int64_t cell = 0; cell < data.info.n_cells; ++cell) data.info.cell_names.push_back(std::to_string(cell));
  return data;
}

int64_t block_rows(const DatasetInfo& info) {
  constexpr int64_t entries = int64_t{1} << 20;
  return std::clamp<int64_t>(entries / std::max<int64_t>(info.n_genes, 1), 64, 2048);
}

CountBlock read_block(const OpenData& data, int64_t first, int64_t last) {
  std::vector<int64_t> rows(last - first);
  std::iota(rows.begin(), rows.end(), first);
  CountBlock block = data.loader->read(rows);
  const auto& ptr = block.row_ptr;
  const bool fits = ptr.size() == rows.size() + 1 && ptr.front() == 0 && std::is_sorted(ptr.begin(), ptr.end()) &&
                    ptr.back() == static_cast<int64_t>(block.columns.size()) &&
                    block.columns.size() == block.values.size();
  if (!fits || !columns_are_inside(block.columns.data(), ptr.back(), data.info.n_genes))
    fail(Status::plugin, "loader ", data.loader_name, " gave a malformed block for rows ", first, " to ", last - 1,
         "; this is a defect of the loader or the file is damaged");
  return block;
}

}  // namespace scprior::core
