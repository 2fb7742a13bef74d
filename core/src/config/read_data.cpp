// SPDX-License-Identifier: Apache-2.0
#include "config/read_data.hpp"

#include <algorithm>

#include "config/names.hpp"
#include "config/read_component.hpp"
#include "config/read_options.hpp"
#include "scprior/core/dataset.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::core::config {
namespace {

namespace fs = std::filesystem;

std::string missing_text(const std::string& given, const fs::path& path) {
  std::string text = concat("is ", to_toml(given), ", but there is no file ", path.string());
  std::error_code error;
  return fs::is_directory(path.parent_path(), error) ? text + similar_file_hint(path) : text + " (nor its folder)";
}

ComponentChoice read_loader(const Node& given, const DataConfig& data, bool is_there, const PluginHost& host,
                            Problems& problems) {
  if (given.text() && given.text()->empty()) return {};
  ComponentSlot recognised;
  const Table* table = given.table();
  if (table != nullptr && !find(*table, "type")) {
    if (!is_there) return {};  // reported, and nothing can be recognised
    recognised.choice.type = recognising_loader(data.path, host);
  }
  SlotContext context{SCPRIOR_KIND_LOADER, "data.loader", given.place};
  context.inherited = &recognised;
  return read_component(&given, context, host, problems).choice;
}

std::string name_of_file(const fs::path& path) {
  return (path.has_filename() ? path : path.parent_path()).stem().string();
}

}  // namespace

fs::path resolved_path(const fs::path& folder, const std::string& path) {
  return fs::absolute(folder / path).lexically_normal();
}

DataConfig read_data(const Node& node, const fs::path& folder, const PluginHost& host, Problems& problems) {
  const Table& table = *node.table();
  OptionTable specs = data_options();
  std::erase_if(specs, [](const OptionSpec& spec) { return spec.name == "loader"; });
  const Options options =
      read_options(table, Section{"data", "[[data]]", node.place}, specs, {"loader"}, problems);
  const auto text = [&](const char* name) {
    const auto found = options.values().find(name);
    return found == options.values().end() ? std::string() : std::get<std::string>(found->second);
  };
  DataConfig data;
  data.label = text("label");
  data.batch = text("batch");
  data.name = text("name");
  bool is_there = false;
  if (const std::string path = text("path"); !path.empty()) {
    data.path = resolved_path(folder, path);
    std::error_code error;
    is_there = fs::exists(data.path, error);
    if (!is_there) problems.add(find(table, "path")->value.place, "data.path", missing_text(path, data.path));
    if (data.name.empty()) data.name = name_of_file(data.path);
  } else if (const Member* given = find(table, "path"); given && given->value.text()) {
    problems.add(given->value.place, "data.path", "is empty; name the data file");
  }
  if (const Member* loader = find(table, "loader"))
    data.loader = read_loader(loader->value, data, is_there, host, problems);
  return data;
}

}  // namespace scprior::core::config
