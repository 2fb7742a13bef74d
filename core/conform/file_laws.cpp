// SPDX-License-Identifier: Apache-2.0
#include "file_laws.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "scprior/core/exported_symbols.hpp"

namespace scprior::conform {
namespace {

bool is_name(const std::string& text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

bool is_one_line(const std::string& text) { return !text.empty() && text.find('\n') == std::string::npos; }

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string exports_problem(const std::filesystem::path& file, bool has_cxx) {
  std::vector<std::string> others;
  int markers = 0;
  for (const std::string& symbol : core::exported_symbols(file)) {
    if (symbol.rfind(SCPRIOR_MARKER_PREFIX, 0) == 0)
      ++markers;
    else if (symbol != SCPRIOR_ENTRY_SYMBOL)
      others.push_back(symbol);
  }
  if (!others.empty()) {
    const size_t n = others.size();
    if (n > 5) others.resize(5);
    return concat("it exports ", n, " other symbols (", joined(others), n > 5 ? ", ..." : "",
                  "), which may be taken for those of another plugin; build it with scprior_add_plugin, or with ",
                  "-fvisibility=hidden and a version script");
  }
  if (has_cxx && markers != 1)
    return concat("it exports ", markers, " markers, wanted one; the macro SCPRIOR_PLUGIN writes it, once per plugin");
  return "";
}

std::string second_call_problem(const std::filesystem::path& file) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (library == nullptr) return "it is not loaded any more";
  const auto entry = reinterpret_cast<scprior_entry_function>(dlsym(library, SCPRIOR_ENTRY_SYMBOL));
  scprior_host host = {};
  host.struct_size = sizeof host;
  host.abi_major = SCPRIOR_ABI_MAJOR;
  host.abi_minor = SCPRIOR_ABI_MINOR;
  host.log = [](void*, int32_t, const char*) {};
  host.set_error = [](void*, int32_t, const char*) {};
  const scprior_plugin* first = entry(&host);
  const scprior_plugin* second = entry(&host);
  if (first == nullptr || second == nullptr) return "a further call returns nothing";
  if (first->n_components != second->n_components || std::string(first->id) != second->id)
    return "a further call returns another descriptor";
  return "";
}

std::string description_problem(const core::PluginFile& file) {
  std::vector<std::string> problems;
  if (!is_name(file.id)) problems.push_back("id \"" + file.id + "\" (wanted small letters, digits and _)");
  if (!is_one_line(file.version)) problems.push_back("version");
  if (!is_one_line(file.author)) problems.push_back("author");
  if (!is_one_line(file.license)) problems.push_back("license (wanted an SPDX identifier)");
  return problems.empty() ? "" : "missing or not as wanted: " + joined(problems);
}

std::string summary_problem(const core::ComponentEntry& entry) {
  if (!is_name(entry.name)) return "name \"" + entry.name + "\"; wanted small letters, digits and _";
  if (!is_one_line(entry.summary)) return "summary \"" + entry.summary + "\"; wanted one line";
  return "";
}

class Judge {
 public:
  explicit Judge(Counts& counts) : counts_(counts) {}

  void operator()(const std::string& law, const std::string& problem) { say(law, problem, Verdict::broken); }
  void say(const std::string& law, const std::string& problem, Verdict otherwise) {
    record(counts_, problem.empty() ? Verdict::holds : otherwise, law, problem);
  }

 private:
  Counts& counts_;
};

}  // namespace

bool check_file(core::PluginHost& host, const std::filesystem::path& path, Counts& counts) {
  Judge judge(counts);
  const auto start = std::chrono::steady_clock::now();
  try {
    host.load_file(path);
  } catch (const Error& error) {
    judge("file: loads", error.what());
    return false;
  }
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
  record(counts, Verdict::holds, "file: loads", concat("in ", std::round(taken.count() * 10) / 10, " ms"));

  const core::PluginFile& file = host.files().back();
  const auto& components = host.components();
  const bool has_cxx = std::any_of(components.begin(), components.end(),
                                   [](const auto& entry) { return entry.tier == SCPRIOR_TIER_CXX; });
  judge("file: exports its entry, its marker and nothing else", exports_problem(file.path, has_cxx));
  judge("file: the entry function can be called again", second_call_problem(file.path));
  judge("file: tells its id, version, author and license", description_problem(file));
  judge("file: offers a component", components.empty() ? "there is none" : "");
  for (const core::ComponentEntry& entry : components) {
    const std::string name = core::kind_name(entry.kind) + "/" + entry.name;
    judge("file: " + name + " has a name and a summary of one line", summary_problem(entry));
    judge.say("file: " + name + " cites its source", entry.citation.empty() ? "no citation is given" : "",
              Verdict::skipped);
  }
  return true;
}

}  // namespace scprior::conform
