// SPDX-License-Identifier: Apache-2.0
#include "config/parse_toml.hpp"
#include "config/read_experiment.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::core {
namespace {

namespace fs = std::filesystem;

/// Components can only be validated once their plugins are there.
void load_plugins(const std::vector<fs::path>& paths, const config::Node& root, PluginHost& host,
                  config::Problems& problems) {
  for (const fs::path& path : paths) {
    std::error_code error;
    try {
      if (fs::is_directory(path, error))
        host.load_folder(path);
      else if (fs::exists(path, error))
        host.load_file(path);
    } catch (const Error& failure) {
      const config::Table& section = *config::find(*root.table(), "plugins")->value.table();
      problems.add(config::find(section, "paths")->value.place, "plugins.paths", failure.what());
    }
  }
}

}  // namespace

ExperimentConfig load_experiment(const fs::path& file, PluginHost& host) {
  const config::Node root = config::parse_toml_file(file);
  const fs::path absolute = fs::absolute(file).lexically_normal();
  const fs::path folder = absolute.parent_path();
  config::Problems problems;
  config::check_schema(root, "", problems);
  const std::vector<fs::path> plugin_paths = config::read_plugin_paths(*root.table(), folder, problems);
  load_plugins(plugin_paths, root, host, problems);

  ExperimentConfig config = config::read_experiment(root, folder, {}, host, problems);
  problems.throw_if_any();
  config.file = absolute;
  config.plugin_paths = plugin_paths;
  if (config.title.empty()) config.title = absolute.stem().string();
  if (config.output.empty()) config.output = folder / (absolute.stem().string() + ".results");
  return config;
}

}  // namespace scprior::core
