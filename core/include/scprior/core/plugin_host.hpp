// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "scprior/plugin.hpp"

namespace scprior::core {

/// "loader", "encoder", ... as users write them.
SCPRIOR_API std::string kind_name(scprior_kind kind);
SCPRIOR_API const std::vector<scprior_kind>& all_kinds();

/// A file that was looked at.
struct PluginFile {
  std::filesystem::path path;
  bool loaded = false;
  std::string reason;  ///< why it was not loaded
  std::string id, version, license, author, url;
};

/// What is known of one component: enough to validate options, describe and create it.
struct ComponentEntry {
  scprior_kind kind;
  std::string name, summary, citation;
  OptionTable options;
  std::filesystem::path file;
  std::string plugin_id, plugin_version, plugin_license, plugin_author, plugin_url;
  scprior_tier tier;
  uint64_t capabilities;  ///< SCPRIOR_OFFERS_KL, ...
  std::function<std::remove_pointer_t<decltype(scprior_component::create)>> create;
  std::shared_ptr<const void> owner;  ///< of what `create` needs; instances keep it. Null for plugin files
};

/// Finds, checks and loads plugin files, and makes components. Loaded libraries stay until the process ends.
/// Threads: one thread at a time loads and defines; what only looks is safe from any thread meanwhile on a copy. The
/// `create` functions of all hosts are called on one thread at a time.
class SCPRIOR_API PluginHost {
 public:
  PluginHost();
  PluginHost(const PluginHost& other);
  PluginHost& operator=(const PluginHost&) = delete;
  ~PluginHost();

  /// Loads one file. Errors: Error{plugin} saying what the file is, what differs, and what to do.
  void load_file(const std::filesystem::path& file);
  /// Looks at every *.so of a folder; files that cannot be loaded are remembered with their reason, not thrown.
  void load_folder(const std::filesystem::path& folder);
  /// The folders of SCPRIOR_PLUGIN_PATH, then the installed plugin folder. Never the current directory.
  void load_standard_folders();

  /// Registers a plugin that is linked into the program (tests).
  /// Errors: Error{plugin} as for a file.
  void add_static(const scprior_plugin* plugin);

  /// Adds a prior or metric of the C tier that the program itself offers, or replaces the one of that name which was
  /// defined in this way before; instances made before live on. Its plugin_id is "". Only kind, name, summary, create
  /// and owner of the entry are looked at.
  /// Errors: Error{argument} a kind without C tier, a name not of the form [a-z0-9_]+, a name of a plugin.
  void define(ComponentEntry entry);

  const std::vector<PluginFile>& files() const;
  const std::vector<std::filesystem::path>& searched() const;
  /// Sorted by kind, then by name.
  const std::vector<ComponentEntry>& components() const;
  std::vector<std::string> names(scprior_kind kind) const;

  /// nullptr if there is none.
  const ComponentEntry* find(scprior_kind kind, const std::string& name) const;
  /// What to tell a user who named an unknown component: known names, nearest, search path, files not loaded.
  std::string unknown_text(scprior_kind kind, const std::string& name) const;

  /// Makes an instance. Interface is the class of the kind, e.g. create<Prior>("vamp", options).
  /// Errors: Error{config} unknown name; what the component throws, with its kind, name and file in front.
  template <class Interface>
  std::unique_ptr<Interface> create(const std::string& name, const Options& options) const {
    auto made = create_component(detail::kind_of<Interface>(), name, options);
    return std::unique_ptr<Interface>(static_cast<Interface*>(made.release()));
  }

 private:
  std::unique_ptr<Component> create_component(scprior_kind kind, const std::string& name, const Options& options) const;

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace scprior::core
