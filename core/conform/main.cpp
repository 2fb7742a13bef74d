// SPDX-License-Identifier: Apache-2.0
// scprior-conform: does a plugin keep the laws of its components? A verdict per law; exit 0 only if all hold.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "file_laws.hpp"
#include "own_process.hpp"
#include "reporter.hpp"
#include "run_laws.hpp"
#include "scprior/core/process.hpp"

namespace scprior::conform {
namespace {

struct Arguments {
  std::string plugin, options, data;
  std::vector<std::string> components;
  uint32_t seed = 1;
  double timeout = 600;
  bool in_process = false, list = false;
  int64_t child = -1;  ///< which of its cases, in a component's own process
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option("PLUGIN", a.plugin, "the plugin file, NAME.so")->type_name("");
  app.add_option("KIND/NAME", a.components, "only these components, e.g. prior/vamp")->type_name("");
  app.add_option("--options", a.options, "further option sets, and laws that are waived (TOML)")->type_name("FILE");
  app.add_option("--data", a.data, "a file for loaders to open")->type_name("FILE");
  app.add_option("--rng-seed", a.seed, "seed of all random numbers (default 1)")->type_name("NUMBER");
  app.add_option("--timeout", a.timeout, "seconds after which a component is taken to hang (default 600)")
      ->type_name("SECONDS");
  app.add_flag("--in-process", a.in_process, "run one component in this process, for a debugger");
  app.add_flag("--list", a.list, "show the laws of the components, without a plugin those of all kinds; run none");
  app.add_option("--child", a.child)->group("");
  app.footer("Exit codes: 0 all laws hold; 1 a law is broken; 2 wrong usage.");
}

std::string name_of(const core::ComponentEntry& entry) { return core::kind_name(entry.kind) + "/" + entry.name; }

std::vector<const core::ComponentEntry*> chosen(const core::PluginHost& host, const Arguments& arguments) {
  std::vector<const core::ComponentEntry*> found;
  std::vector<std::string> known;
  for (const core::ComponentEntry& entry : host.components()) known.push_back(name_of(entry));
  for (const std::string& wanted : arguments.components)
    if (std::find(known.begin(), known.end(), wanted) == known.end())
      fail(Status::argument, arguments.plugin, " offers no ", wanted, alternatives(wanted, known));
  const std::vector<std::string>& named = arguments.components;
  for (const core::ComponentEntry& entry : host.components())
    if (named.empty() || std::find(named.begin(), named.end(), name_of(entry)) != named.end()) found.push_back(&entry);
  return found;
}

ConformFile conform_file(const core::PluginHost& host, const Arguments& arguments) {
  if (arguments.options.empty()) return {};
  ConformFile file = read_conform_file(arguments.options);
  std::vector<std::string> known;
  for (const core::ComponentEntry& entry : host.components()) known.push_back(name_of(entry));
  for (const auto& [component, sets] : file.sets)
    if (std::find(known.begin(), known.end(), component) == known.end())
      fail(Status::config, arguments.options, ": the plugin offers no ", component, alternatives(component, known));
  std::map<std::string, std::vector<std::string>> laws;
  for (const core::ComponentEntry& entry : host.components()) {
    check_sets(file, name_of(entry), entry.options);
    laws[name_of(entry)] = laws_of(entry.kind);
  }
  check_waivers(file, laws);
  return file;
}

void print_laws(const std::string& header, scprior_kind kind) {
  std::cout << header << '\n';
  for (const std::string& law : laws_of(kind)) std::cout << "  " << law << '\n';
}

int list(const Arguments& arguments) {
  if (arguments.plugin.empty()) {
    for (const scprior_kind kind : core::all_kinds()) print_laws(core::kind_name(kind), kind);
    return 0;
  }
  core::PluginHost host;
  host.load_file(arguments.plugin);
  for (const core::ComponentEntry* entry : chosen(host, arguments)) print_laws(name_of(*entry), entry->kind);
  return 0;
}

/// One component with one option set, in this process.
void run_here(const core::PluginHost& host, const Arguments& arguments, const ConformFile& file,
              const core::ComponentEntry& entry, const Case& one) {
  Task task;
  task.component = &entry;
  task.options = one.options;
  task.waived = waivers_of(file, name_of(entry), one.set);
  task.data = arguments.data;
  task.seed = arguments.seed;
  run_laws(host, task);
}

int run_child(const Arguments& arguments) {
  core::PluginHost host;
  host.load_file(arguments.plugin);
  reporting().to_parent = true;
  const ConformFile file = conform_file(host, arguments);
  const core::ComponentEntry& entry = *chosen(host, arguments).at(0);
  run_here(host, arguments, file, entry,
           cases_of(file, name_of(entry), entry.options).at(static_cast<size_t>(arguments.child)));
  std::cout << end_of_laws << std::endl;
  return reporting().counts.broken > 0 ? 1 : 0;
}

std::vector<std::string> repeat_arguments(const Arguments& a) {
  std::vector<std::string> words = {a.plugin};
  words.insert(words.end(), a.components.begin(), a.components.end());
  if (!a.options.empty()) words.insert(words.end(), {"--options", a.options});
  if (!a.data.empty()) words.insert(words.end(), {"--data", a.data});
  words.insert(words.end(), {"--rng-seed", std::to_string(a.seed)});
  return words;
}

void print_summary(const Arguments& arguments, const Counts& counts) {
  constexpr size_t longest = 140;
  if (!counts.skipped_laws.empty()) std::cout << "\nskipped, hence not judged:\n";
  for (const auto& [law, times] : counts.skipped_laws)
    std::cout << "  " << law.substr(0, longest) << (law.size() > longest ? " ..." : "")
              << (times > 1 ? concat(" (", times, " times)") : "") << '\n';
  std::cout << '\n' << arguments.plugin << ": " << counts.holds << " laws hold, " << counts.broken << " broken, "
            << counts.skipped << " skipped, " << counts.waived << " waived; seed " << arguments.seed << "\nrepeat:";
  std::cout << " scprior-conform";
  for (const std::string& word : repeat_arguments(arguments)) std::cout << ' ' << word;
  std::cout << std::endl;
}

void run_component(const core::PluginHost& host, const Arguments& arguments, const ConformFile& file,
                   const core::ComponentEntry& entry, Counts& counts) {
  const std::vector<Case> cases = cases_of(file, name_of(entry), entry.options);
  for (size_t i = 0; i < cases.size(); ++i) {
    std::cout << '\n' << name_of(entry) << ", " << option_set_text(cases[i].options) << std::endl;
    for (const auto& [law, reason] : waivers_of(file, name_of(entry), cases[i].set))
      std::cout << "(its author waives \"" << law << "\": " << reason << ")\n";
    if (arguments.in_process) {
      run_here(host, arguments, file, entry, cases[i]);
      continue;
    }
    Arguments one = arguments;
    one.components = {name_of(entry)};
    std::vector<std::string> words = repeat_arguments(one);
    words.insert(words.end(), {"--child", std::to_string(i)});
    run_in_own_process(words, name_of(entry), arguments.timeout, counts);
  }
}

int run(const Arguments& arguments) {
  if (arguments.list) return list(arguments);
  if (arguments.plugin.empty()) fail(Status::argument, "wanted a plugin file, NAME.so, or --list");
  core::PluginHost host;
  Counts& counts = reporting().counts;
  const bool is_loaded = check_file(host, arguments.plugin, counts);
  if (is_loaded) {
    const ConformFile file = conform_file(host, arguments);
    for (const core::ComponentEntry* entry : chosen(host, arguments))
      run_component(host, arguments, file, *entry, counts);
  }
  print_summary(arguments, counts);
  return counts.broken > 0 ? 1 : 0;
}

}  // namespace
}  // namespace scprior::conform

int main(int argc, char** argv) {
  using namespace scprior;
  CLI::App app{"Checks that the components of a plugin keep the laws of their kinds.", "scprior-conform"};
  conform::Arguments arguments;
  conform::declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    core::prepare_process(1);  // tests run side by side, and small tensors gain nothing from threads
    return arguments.child >= 0 ? conform::run_child(arguments) : conform::run(arguments);
  } catch (const Error& error) {
    std::cerr << "scprior-conform: " << error.what() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "scprior-conform: unexpected: " << error.what() << '\n';
  }
  return 2;
}
