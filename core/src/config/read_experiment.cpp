// SPDX-License-Identifier: Apache-2.0
#include "config/read_experiment.hpp"

#include <algorithm>
#include <set>

#include "config/names.hpp"
#include "config/read_data.hpp"
#include "config/read_fields.hpp"
#include "config/read_model.hpp"
#include "config/toml_text.hpp"
#include "scprior/core/process.hpp"
#include "scprior/core/gene_space.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::core::config {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> tables = {"plugins", "genes", "split", "train", "data", "model_defaults", "model"};

template <class T>
T value_or(const Options& options, const char* name, T otherwise) {
  const auto found = options.values().find(name);
  return found == options.values().end() ? otherwise : std::get<T>(found->second);
}

/// Where a value of the top level was written; the start of the file if it was not.
Place place_of(const Node& root, const std::string& key) {
  const Member* member = find(*root.table(), key);
  return member ? member->value.place : root.place;
}

/// The tables of [[key]]. Reported: none, something else than tables.
std::vector<const Node*> tables_of(const Node& root, const std::string& key, const std::string& purpose,
                                   Problems& problems) {
  const std::string header = "[[" + key + "]]";
  const Member* member = find(*root.table(), key);
  const List* list = member ? member->value.list() : nullptr;
  if (member == nullptr || (list && list->empty())) {
    problems.add(place_of(root, key), key, concat("there is no ", header, ", ", purpose));
    return {};
  }
  if (list == nullptr) {
    const char* hint = member->value.table() ? ", with double brackets: there may be several" : "";
    problems.add(member->place, key, concat("is ", shown(member->value), "; write ", header, hint));
    return {};
  }
  std::vector<const Node*> found;
  for (const Node& node : *list) {
    if (node.table())
      found.push_back(&node);
    else
      problems.add(node.place, key, concat("is a list with ", shown(node), ", must hold tables: write ", header));
  }
  return found;
}

void check_device(const Node& root, const std::string& device, Problems& problems) {
  const std::string prefix = "cuda:";
  const size_t digits = device.starts_with(prefix) ? device.size() - prefix.size() : 0;
  const bool numbered =
      digits > 0 && digits < 4 && device.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
  if (device != "cpu" && device != "cuda" && !numbered)
    problems.add(place_of(root, "device"), "device",
                 concat("is ", to_toml(device), ", must be \"cpu\", \"cuda\", or \"cuda:0\" and so on"));
}

void check_seeds(const Node& root, const std::vector<int64_t>& seeds, Problems& problems) {
  if (seeds.empty()) problems.add(place_of(root, "seeds"), "seeds", "is an empty list; write seeds = [0], for example");
  std::set<int64_t> seen;
  for (const int64_t seed : seeds)
    if (!seen.insert(seed).second)
      problems.add(place_of(root, "seeds"), "seeds", concat("has ", seed, " twice; a repeated fit is the same fit"));
}

void check_split(const Table& root, const SplitConfig& split, Problems& problems) {
  if (split.test + split.validation < 1) return;
  problems.add(find(root, "split")->value.place, "split",
               concat("test = ", to_toml(split.test), " and validation = ", to_toml(split.validation),
                      " leave no cell for training; their sum must be below 1"));
}

/// A name of a gene space stays; everything else is a file.
void resolve_gene_space(const Table& root, const fs::path& folder, GeneConfig& genes, Problems& problems) {
  const std::vector<std::string> known = known_gene_spaces();
  if (genes.space == GeneConfig().space || std::find(known.begin(), known.end(), genes.space) != known.end()) return;
  const fs::path file = resolved_path(folder, genes.space);
  std::error_code error;
  if (!genes.space.empty() && fs::is_regular_file(file, error)) {
    genes.space = file.string();
    return;
  }
  const std::string text = concat("is ", to_toml(genes.space), ", which is no gene space, nor is there a file ",
                                  file.string(), alternatives(genes.space, known));
  problems.add(find(*find(root, "genes")->value.table(), "space")->value.place, "genes.space", text);
}

std::vector<ComponentChoice> preset_metrics(const Place& place, bool only_known, const PluginHost& host,
                                            Problems& problems) {
  const OptionTable& rows = experiment_options();
  const auto row = std::find_if(rows.begin(), rows.end(), [](const auto& spec) { return spec.name == "metrics"; });
  std::vector<ComponentChoice> metrics;
  for (const std::string& name : std::get<std::vector<std::string>>(*row->default_value)) {
    if (only_known && !host.find(SCPRIOR_KIND_METRIC, name)) continue;
    ComponentSlot preset;
    preset.choice.type = name;
    SlotContext context{SCPRIOR_KIND_METRIC, "metrics", place};
    context.inherited = &preset;
    metrics.push_back(read_component(nullptr, context, host, problems).choice);
  }
  return metrics;
}

std::vector<ComponentChoice> read_metrics(const Node& root, bool only_known, const PluginHost& host,
                                          Problems& problems) {
  const Member* given = find(*root.table(), "metrics");
  if (given == nullptr) return preset_metrics(root.place, only_known, host, problems);
  if (!given->value.list() || given->value.list()->empty()) {
    problems.add(given->value.place, "metrics",
                 concat("is ", given->value.list() ? "an empty list" : shown(given->value),
                        ", must be a list such as [\"silhouette\"]"));
    return {};
  }
  std::vector<ComponentChoice> metrics;
  std::set<std::string> seen;
  for (const Node& node : *given->value.list()) {
    const SlotContext context{SCPRIOR_KIND_METRIC, "metrics", node.place};
    metrics.push_back(read_component(&node, context, host, problems).choice);
    if (const std::string& type = metrics.back().type; !type.empty() && !seen.insert(type).second)
      problems.add(node.place, "metrics", concat("has ", to_toml(type), " twice"));
  }
  return metrics;
}

void read_top(const Node& root, const fs::path& folder, ExperimentConfig& config, Problems& problems) {
  OptionTable specs = experiment_options();
  std::erase_if(specs, [](const OptionSpec& spec) { return spec.name == "schema" || spec.name == "metrics"; });
  std::vector<std::string> elsewhere = {"schema", "metrics"};
  elsewhere.insert(elsewhere.end(), tables.begin(), tables.end());
  const Options options = read_options(*root.table(), Section{"", "", root.place}, specs, elsewhere, problems);
  config.title = value_or<std::string>(options, "title", "");
  config.threads = value_or<int64_t>(options, "threads", 0);
  config.device = value_or<std::string>(options, "device", "cpu");
  check_device(root, config.device, problems);
  if (options.values().contains("seeds")) {
    config.seeds = options.integers("seeds");
    check_seeds(root, config.seeds, problems);
  }
  if (const std::string output = value_or<std::string>(options, "output", ""); !output.empty()) {
    config.output = resolved_path(folder, output);
    std::error_code error;
    if (fs::exists(config.output, error) && !fs::is_directory(config.output, error))
      problems.add(place_of(root, "output"), "output", concat("is a file, must be a folder: ", config.output.string()));
  }
}

}  // namespace

void check_schema(const Node& root, const std::string& written_by, Problems& problems) {
  const Member* schema = find(*root.table(), "schema");
  if (schema == nullptr) {
    problems.add(root.place, "schema", concat("is required: write schema = ", newest_schema, " as the first line"));
    return;
  }
  const int64_t* number = std::get_if<int64_t>(&schema->value.value);
  if (number == nullptr || *number < 1) {
    problems.add(schema->value.place, "schema", concat("is ", shown(schema->value), ", must be ", newest_schema));
    return;
  }
  if (*number <= newest_schema) return;
  fail(Status::config, schema->value.place.text(), ": schema: is ", *number, ", but this scprior (", version(),
       ") reads schemas up to ", newest_schema, "; needed: ",
       written_by.empty() ? concat("a newer scprior that reads schema ", *number)
                          : concat("scprior ", written_by, " (which wrote the file) or newer"));
}

std::vector<fs::path> read_plugin_paths(const Table& root, const fs::path& folder, Problems& problems) {
  const Table* table = subtable(root, "", "plugins", problems);
  if (table == nullptr) return {};
  const Section section{"plugins", "[plugins]", find(root, "plugins")->place};
  const Options options = read_options(*table, section, plugin_options(), {}, problems);
  if (!options.values().contains("paths")) return {};
  std::vector<fs::path> paths;
  for (const std::string& path : options.texts("paths")) {
    paths.push_back(resolved_path(folder, path));
    std::error_code error;
    if (!fs::exists(paths.back(), error))
      problems.add(find(*table, "paths")->value.place, "plugins.paths",
                   concat("has ", to_toml(path), ", but there is no file or folder ", paths.back().string()));
  }
  return paths;
}

ExperimentConfig read_experiment(const Node& root, const fs::path& folder, Reading reading, const PluginHost& host,
                                 Problems& problems) {
  const Table& table = *root.table();
  ExperimentConfig config;
  read_top(root, folder, config, problems);
  config.metrics = read_metrics(root, reading.only_known_metrics, host, problems);
  config.genes = read_section(table, "genes", gene_fields(), GeneConfig(), problems);
  resolve_gene_space(table, folder, config.genes, problems);
  config.split = read_section(table, "split", split_fields(), SplitConfig(), problems);
  check_split(table, config.split, problems);

  Names data_names("data.name");
  std::vector<const Node*> data;
  if (reading.wants_data || find(table, "data"))
    data = tables_of(root, "data", "so there is nothing to train on", problems);
  for (const Node* node : data) {
    config.data.push_back(read_data(*node, folder, host, problems));
    const Member* name = find(*node->table(), "name");
    if (!config.data.back().path.empty())
      data_names.add(config.data.back().name, name ? name->value.place : node->place, problems);
  }
  const TrainConfig train = read_section(table, "train", train_fields(), TrainConfig(), problems);
  const ModelBase base = read_model_defaults(table, preset_model(train), host, problems);
  Names model_names("model.name");
  for (const Node* node : tables_of(root, "model", "so there is nothing to train", problems)) {
    config.models.push_back(read_model(*node, base, host, problems));
    const Member* name = find(*node->table(), "name");
    model_names.add(config.models.back().name, name ? name->value.place : node->place, problems);
  }
  return config;
}

}  // namespace scprior::core::config
