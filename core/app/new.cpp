// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "commands.hpp"
#include "scprior/core/describe.hpp"
#include "output_place.hpp"
#include "scprior/core/installation.hpp"

namespace scprior::app {
namespace {

namespace fs = std::filesystem;

/// Path in the project -> contents.
using Project = std::map<std::string, std::string>;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name(const std::string& name) {
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

/// The name that was meant: "My-Prior" -> "my_prior"; "" if nothing is left of it.
std::string as_name(const std::string& text) {
  std::string name;
  for (char c : text) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (is_letter(c) || (is_digit(c) && !name.empty()))
      name += c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

/// "my_prior" -> "MyPrior".
std::string camel_case(const std::string& name) {
  std::string out;
  bool start = true;
  for (const char c : name) {
    if (c != '_') out += start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    start = c == '_';
  }
  return out;
}

void check_name(scprior_kind kind, const std::string& name, const core::PluginHost& host) {
  if (!is_name(name)) {
    const std::string meant = as_name(name);
    fail(Status::argument, "NAME is \"", name, "\"; wanted a small letter, then small letters, digits and _",
         meant.empty() ? "" : concat(", for example ", meant));
  }
  const std::string word = core::kind_name(kind);
  if (const core::ComponentEntry* taken = host.find(kind, name))
    fail(Status::argument, "NAME is \"", name, "\", but there is such a ", word, " already (", taken->file.string(),
         "); wanted a name of its own, for example my_", name, ". Taken: scprior list ", word);
  if (name == "plugin" || (name == "none" && kind == SCPRIOR_KIND_PRIOR))
    fail(Status::argument, "NAME is \"", name, "\", which ",
         name == "none" ? "means in an experiment file that there is no prior" : "names another file of the project",
         "; wanted another name, for example my_", name);
}

/// The folders of templates that make up a project.
std::vector<std::string> template_folders(scprior_kind kind, const std::string& tier) {
  const std::string word = core::kind_name(kind);
  if (tier == "c++") return {word, "common"};
  if (tier != "c") fail(Status::argument, "--tier is \"", tier, "\"; wanted c or c++");
  if (kind != SCPRIOR_KIND_PRIOR)
    fail(Status::argument, "--tier is c, but there is no template in C for a ", word,
         "; wanted a prior, or leave out --tier");
  return {"prior_c"};
}

void check_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error))
    fail(Status::argument, folder.string(), ": is a file; wanted a folder that is new or empty: name one with -o");
  if (fs::is_directory(folder, error) && !fs::is_empty(folder))
    fail(Status::argument, folder.string(), ": is not empty; wanted a folder that is new or empty: name one with -o");
  need_folder_place(folder);
}

std::string contents_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) fail(Status::io, file.string(), ": cannot be read; is the installation complete?");
  return text;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) text.replace(at, from.size(), to);
}

std::string project_path(const std::string& file, const std::string& name) {
  if (file == "gitignore") return ".gitignore";
  std::string path = file;
  if (file.rfind("name.", 0) == 0 || file.rfind("test_name.", 0) == 0) replace_all(path, "name.", name + ".");
  return path;
}

/// A file that two folders have is put together, the first folder's part first.
Project project_of(const std::vector<std::string>& folders, scprior_kind kind, const std::string& name) {
  const std::pair<std::string, std::string> values[] = {
      {"@kind@", core::kind_name(kind)},
      {"@name@", name},
      {"@Name@", camel_case(name)},
      {"@data@", kind == SCPRIOR_KIND_LOADER ? " DATA example.tsv" : ""},  // what the laws of a loader are tried on
      {"@version@", concat(SCPRIOR_VERSION_MAJOR, '.', SCPRIOR_VERSION_MINOR)}};
  Project project;
  for (const std::string& folder : folders) {
    const fs::path from = core::data_folder() / "template" / folder;
    if (!fs::is_directory(from))
      fail(Status::io, from.string(), ": there is no such folder of templates; is the installation complete?");
    for (const auto& item : fs::directory_iterator(from)) {
      std::string text = contents_of(item.path());
      for (const auto& [from_text, to] : values) replace_all(text, from_text, to);
      project[project_path(item.path().filename().string(), name)] += text;
    }
  }
  return project;
}

void write_project(const fs::path& folder, const Project& project) {
  fs::create_directories(folder);
  for (const auto& [path, text] : project) {
    std::ofstream out(folder / path, std::ios::binary);
    out << text << std::flush;
    if (!out) fail(Status::io, (folder / path).string(), ": cannot be written: is the disk full?");
  }
}

std::string quoted(const fs::path& path) {
  const std::string text = path.string();
  const auto plain = [](unsigned char c) { return std::isalnum(c) || (c && std::strchr("/._-+", c)); };
  return std::all_of(text.begin(), text.end(), plain) ? text : concat('\'', text, '\'');
}

void print_next(const fs::path& folder, const std::string& plugin, scprior_kind kind, const std::string& name) {
  const fs::path build = folder / "build", libraries = core::plugin_folder().parent_path().parent_path();
  const bool installed = fs::exists(libraries / "cmake/scprior/scpriorConfig.cmake");
  if (!installed)
    fmt::print("\nThis scprior is not installed, and plugins build against one that is: cmake --install makes one.\n");
  const std::string prefix = installed ? quoted(core::installation_folder()) : "PREFIX";
  fmt::print("\nnext:\n  cmake -S {} -B {} -DCMAKE_PREFIX_PATH={} && cmake --build {}\n", quoted(folder), quoted(build),
             prefix, quoted(build));
  fmt::print("  ctest --test-dir {} --output-on-failure\n", quoted(build));
  fmt::print("  scprior --plugin {} describe {} {}\n", quoted(build / (plugin + ".so")), core::kind_name(kind), name);
}

}  // namespace

int new_plugin(const NewArguments& arguments, const core::PluginHost& host) {
  const scprior_kind kind = core::kind_of(arguments.kind);
  check_name(kind, arguments.name, host);
  const std::vector<std::string> templates = template_folders(kind, arguments.tier);
  const std::string plugin = concat(core::kind_name(kind), '_', arguments.name);
  const fs::path folder = arguments.folder.empty() ? plugin : arguments.folder;
  check_folder(folder);
  const Project project = project_of(templates, kind, arguments.name);
  write_project(folder, project);
  fmt::print("wrote a {} plugin to {}:\n", core::kind_name(kind), folder.string());
  for (const auto& [path, text] : project) fmt::print("  {}\n", path);
  print_next(folder, plugin, kind, arguments.name);
  return 0;
}

}  // namespace scprior::app
