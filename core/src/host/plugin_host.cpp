// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/plugin_host.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <regex>

#include <boost/core/demangle.hpp>
#include <boost/dll/shared_library.hpp>

#include "host/c_call.hpp"
#include "host/c_metric.hpp"
#include "host/c_prior.hpp"
#include "host/compatibility.hpp"
#include "host/component_table.hpp"
#include "host/descriptor.hpp"
#include "host/host_services.hpp"
#include "host/probe.hpp"
#include "scprior/core/installation.hpp"

namespace scprior::core {
namespace {

/// Libraries stay loaded until the process ends: autograd nodes may outlive everything else, and unloading their code
/// would crash.
void keep_for_ever(boost::dll::shared_library library) {
  static std::mutex mutex;
  static std::vector<boost::dll::shared_library>& kept = *new std::vector<boost::dll::shared_library>;
  const std::lock_guard lock(mutex);
  kept.push_back(std::move(library));
}

std::filesystem::path absolute_path(const std::filesystem::path& path) {
  return std::filesystem::absolute(path).lexically_normal();
}

/// Makes an instance of either tier. where: what its errors start with.
std::unique_ptr<Component> adopt(const ComponentEntry& entry, const std::string& where, void* made) {
  if (entry.tier == SCPRIOR_TIER_CXX) return std::unique_ptr<Component>(static_cast<Component*>(made));
  if (entry.kind == SCPRIOR_KIND_METRIC)
    return std::make_unique<CMetric>(where, static_cast<const scprior_metric_c*>(made), entry.owner);
  return std::make_unique<CPrior>(where, static_cast<const scprior_prior_c*>(made), entry.owner);
}

/// Calls the entry function; what it throws, against the rules of C, is left as its error.
const scprior_plugin* enter(scprior_entry_function entry, HostServices& services) {
  const scprior_plugin* plugin = nullptr;
  detail::guarded(services.host(), [&] { plugin = entry(services.host()); });
  return plugin;
}

std::string refusal_of_linker(const std::string& text) {
  static const std::regex undefined("undefined symbol: (\\w+)");
  std::smatch match;
  if (std::regex_search(text, match, undefined))
    return concat("needs ", boost::core::demangle(match[1].str().c_str()),
                  ", which no library here has (undefined symbol ", match[1].str(),
                  "): link the plugin to the library that has it; built with scprior_add_plugin(), its own "
                  "build tells what is missing");
  return concat("cannot be loaded: ", text);
}

}  // namespace

std::string kind_name(scprior_kind kind) {
  switch (kind) {
    case SCPRIOR_KIND_LOADER: return "loader";
    case SCPRIOR_KIND_ENCODER: return "encoder";
    case SCPRIOR_KIND_DECODER: return "decoder";
    case SCPRIOR_KIND_FLOW: return "flow";
    case SCPRIOR_KIND_PRIOR: return "prior";
    case SCPRIOR_KIND_LIKELIHOOD: return "likelihood";
    case SCPRIOR_KIND_METRIC: return "metric";
  }
  return "unknown";
}

const std::vector<scprior_kind>& all_kinds() {
  static const std::vector<scprior_kind> kinds = {
      SCPRIOR_KIND_LOADER, SCPRIOR_KIND_ENCODER, SCPRIOR_KIND_FLOW,  SCPRIOR_KIND_PRIOR,
      SCPRIOR_KIND_DECODER, SCPRIOR_KIND_LIKELIHOOD, SCPRIOR_KIND_METRIC};
  return kinds;
}

struct PluginHost::State {
  std::vector<PluginFile> files;
  std::vector<std::filesystem::path> searched;
  std::vector<ComponentEntry> components;

  const ComponentEntry* find(scprior_kind kind, const std::string& name) const {
    for (const ComponentEntry& entry : components)
      if (entry.kind == kind && entry.name == name) return &entry;
    return nullptr;
  }

  void sort() {
    std::stable_sort(components.begin(), components.end(), [](const ComponentEntry& a, const ComponentEntry& b) {
      return a.kind != b.kind ? a.kind < b.kind : a.name < b.name;
    });
  }

  /// Checks all of a plugin's components before the first is registered. Returns "" or why none was.
  std::string add(const scprior_plugin* plugin, PluginFile& file) {
    if (!plugin) return "its entry function returned nothing";
    if (std::string refusal = refusal_of_descriptor(plugin); !refusal.empty()) return refusal;
    std::vector<ComponentEntry> entries;
    for (uint32_t i = 0; i < plugin->n_components; ++i) {
      const scprior_component component = read_element(plugin->components, i);
      if (std::string refusal = refusal_of_component(component); !refusal.empty()) return refusal;
      for (const ComponentEntry& other : entries)
        if (other.kind == static_cast<scprior_kind>(component.kind) && other.name == component.name)
          return concat("offers ", kind_name(other.kind), " '", other.name, "' twice");
      entries.push_back(entry_of(*plugin, component, file.path));
      if (const ComponentEntry* other = find(entries.back().kind, entries.back().name))
        return concat("offers ", kind_name(other->kind), " '", other->name, "', which ", other->file.string(),
                      " offers already; rename one of them");
    }
    components.insert(components.end(), entries.begin(), entries.end());
    sort();
    file.id = plugin->id;
    file.version = plugin->version;
    file.license = plugin->license;
    file.author = plugin->author;
    file.url = plugin->url;
    return "";
  }

  std::string load(PluginFile& file) {
    if (std::string refusal = refusal_before_loading(file.path); !refusal.empty()) return refusal;
    // The plugins of the installation are trusted; a trial would cost a process for each of them.
    if (file.path.parent_path() != plugin_folder())
      if (std::string refusal = refusal_of_probe(file.path); !refusal.empty()) return refusal;
    try {
      // The throwing overload keeps the linker's own text; the other one loses it.
      boost::dll::shared_library library(file.path,
                                         boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
      const auto entry = library.get<const scprior_plugin*(const scprior_host*)>(SCPRIOR_ENTRY_SYMBOL);
      keep_for_ever(std::move(library));
      HostServices services;
      const scprior_plugin* plugin = enter(entry, services);
      if (!plugin && !services.error().empty()) return "its entry function failed: " + services.error();
      return add(plugin, file);
    } catch (const std::exception& failure) {
      return refusal_of_linker(failure.what());
    }
  }
};

PluginHost::PluginHost() : state_(std::make_unique<State>()) {}
PluginHost::PluginHost(const PluginHost& other) : state_(std::make_unique<State>(*other.state_)) {}
PluginHost::~PluginHost() = default;

void PluginHost::load_file(const std::filesystem::path& path) {
  PluginFile file{.path = absolute_path(path)};
  for (const PluginFile& known : state_->files)
    if (known.path == file.path && known.loaded) return;
  file.reason = state_->load(file);
  file.loaded = file.reason.empty();
  state_->files.push_back(file);
  if (!file.loaded) fail(Status::plugin, file.path.string(), ": ", file.reason);
}

void PluginHost::load_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = absolute_path(path);
  state_->searched.push_back(folder);
  std::error_code error;
  std::vector<std::filesystem::path> found;
  for (const auto& item : std::filesystem::directory_iterator(folder, error))
    if (item.path().extension() == ".so") found.push_back(item.path());
  std::sort(found.begin(), found.end());
  for (const auto& file : found) {
    try {
      load_file(file);
    } catch (const Error&) {
      // Remembered in files() with its reason; told when a component is missing, and by `scprior plugins`.
    }
  }
}

void PluginHost::load_standard_folders() {
  if (const char* path = std::getenv("SCPRIOR_PLUGIN_PATH")) {
    std::istringstream folders{path};
    for (std::string folder; std::getline(folders, folder, ':');)
      if (!folder.empty()) load_folder(folder);
  }
  load_folder(plugin_folder());
}

void PluginHost::add_static(const scprior_plugin* plugin) {
  PluginFile file{.path = "(built in)"};
  file.reason = state_->add(plugin, file);
  file.loaded = file.reason.empty();
  if (!file.loaded) fail(Status::plugin, "a built-in plugin: ", file.reason);
  state_->files.push_back(file);
}

void PluginHost::define(ComponentEntry entry) {
  entry.tier = SCPRIOR_TIER_C;
  scprior_component shape = {};
  shape.kind = entry.kind;
  shape.tier = SCPRIOR_TIER_C;
  shape.name = entry.name.c_str();
  shape.summary = entry.summary.c_str();
  shape.create = [](const scprior_host*, const scprior_options*, void**) -> int32_t { return SCPRIOR_E_INTERNAL; };
  if (std::string refusal = refusal_of_component(shape); !refusal.empty()) fail(Status::argument, refusal);
  const ComponentEntry* other = find(entry.kind, entry.name);
  if (other && !other->owner)
    fail(Status::argument, kind_name(entry.kind), " \"", entry.name, "\" is of the plugin ", other->file.string(),
         "; choose another name");
  std::erase_if(state_->components,
                [&](const ComponentEntry& old) { return old.kind == entry.kind && old.name == entry.name; });
  state_->components.push_back(std::move(entry));
  state_->sort();
}

const std::vector<PluginFile>& PluginHost::files() const { return state_->files; }
const std::vector<std::filesystem::path>& PluginHost::searched() const { return state_->searched; }
const std::vector<ComponentEntry>& PluginHost::components() const { return state_->components; }
const ComponentEntry* PluginHost::find(scprior_kind kind, const std::string& name) const {
  return state_->find(kind, name);
}

std::vector<std::string> PluginHost::names(scprior_kind kind) const {
  std::vector<std::string> names;
  for (const ComponentEntry& entry : state_->components)
    if (entry.kind == kind) names.push_back(entry.name);
  return names;
}

std::string PluginHost::unknown_text(scprior_kind kind, const std::string& name) const {
  std::string text = concat("unknown ", kind_name(kind), " \"", name, "\"", alternatives(name, names(kind)));
  text += "; a plugin file elsewhere is named with --plugin, or in [plugins] paths; searched:";
  for (const auto& folder : state_->searched) text += concat(" ", folder.string());
  for (const PluginFile& file : state_->files)
    if (!file.loaded) text += concat("; not loaded: ", file.path.string(), " (", file.reason, ")");
  return text;
}

std::unique_ptr<Component> PluginHost::create_component(scprior_kind kind, const std::string& name,
                                                        const Options& options) const {
  const ComponentEntry* found = find(kind, name);
  if (!found) throw Error(Status::config, unknown_text(kind, name));
  const ComponentEntry entry = *found;  // a `create` of the program's own may define something
  std::string where = concat(kind_name(kind), '/', name);
  if (!entry.owner) where += concat(" (", entry.file.filename().string(), ' ', entry.plugin_version, ")");
  // Promised to plugins. Recursive: a `create` of the program's own may make other components.
  static std::recursive_mutex one_thread;
  const std::lock_guard lock(one_thread);
  HostServices services;
  void* made = nullptr;
  const int32_t status = entry.create(services.host(), reinterpret_cast<const scprior_options*>(&options), &made);
  if (status != SCPRIOR_OK || !made)
    fail(known_status(status), where, ": ", services.error().empty() ? "could not be made" : services.error());
  return adopt(entry, where, made);
}

}  // namespace scprior::core
