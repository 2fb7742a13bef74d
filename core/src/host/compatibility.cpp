// SPDX-License-Identifier: Apache-2.0
#include "host/compatibility.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "host/descriptor.hpp"
#include "scprior/core/exported_symbols.hpp"
#include "scprior/plugin.hpp"

namespace scprior::core {
namespace {

constexpr const char* rebuild_hint =
    "; C++ plugins share objects with the host, so these must be equal: rebuild the plugin with this installation's "
    "SDK";

std::string torch_text(uint32_t version) {
  return concat(version / 10000, '.', version / 100 % 100, '.', version % 100);
}

std::string flags_text(uint32_t flags) {
  std::string text;
  const auto add = [&](uint32_t bit, const char* name) {
    if (flags & bit) text += concat(text.empty() ? "" : " + ", name);
  };
  add(SCPRIOR_BUILD_ASAN, "AddressSanitizer");
  add(SCPRIOR_BUILD_TSAN, "ThreadSanitizer");
  add(SCPRIOR_BUILD_GLIBCXX_DEBUG, "_GLIBCXX_DEBUG");
  return text.empty() ? "none" : text;
}

/// One differing fact: "LibTorch: plugin 2.9.0, host 2.13.0".
void compare(std::vector<std::string>& differences, const char* fact, const std::string& plugin,
             const std::string& host) {
  if (plugin != host) differences.push_back(concat(fact, ": plugin ", plugin, ", host ", host));
}

std::string differences_text(const std::vector<std::string>& differences) {
  if (differences.empty()) return "";
  std::string text = "was built differently from this host (";
  for (const auto& difference : differences)
    text += concat(&difference == &differences.front() ? "" : "; ", difference);
  return text + ")" + rebuild_hint;
}

/// The facts written into a marker's name, as texts.
struct MarkerFacts {
  std::string epoch, torch, gxx, sanitizer;
};

bool parse_marker(const std::string& name, MarkerFacts& facts) {
  static const std::regex pattern("scprior_build__epoch(\\d+)__torch(\\d+_\\d+_\\d+)__gxx(\\d+)__san(\\d+)");
  std::smatch match;
  if (!std::regex_match(name, match, pattern)) return false;
  facts = {match[1], match[2], match[3], match[4]};
  std::replace(facts.torch.begin(), facts.torch.end(), '_', '.');
  static constexpr std::array names = {"none", "AddressSanitizer", "ThreadSanitizer"};
  const size_t index = std::stoul(facts.sanitizer);
  if (index < names.size()) facts.sanitizer = names[index];
  return true;
}

std::string refusal_of_marker(const std::string& marker) {
  if (marker == host_marker()) return "";
  MarkerFacts plugin, host;
  if (!parse_marker(marker, plugin))
    return concat("its build marker '", marker, "' is of a form this host does not know");
  parse_marker(host_marker(), host);
  std::vector<std::string> differences;
  compare(differences, "SDK epoch", plugin.epoch, host.epoch);
  compare(differences, "LibTorch", plugin.torch, host.torch);
  compare(differences, "compiler ABI", plugin.gxx, host.gxx);
  compare(differences, "sanitizer", plugin.sanitizer, host.sanitizer);
  return differences_text(differences);
}

bool is_elf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, 4> magic{};
  return in.read(magic.data(), magic.size()) && magic == std::array<char, 4>{0x7f, 'E', 'L', 'F'};
}

}  // namespace

scprior_build host_build() { return detail::build_facts(); }

std::string host_marker() {
#define SCPRIOR_TEXT_(x) #x
#define SCPRIOR_TEXT(x) SCPRIOR_TEXT_(x)
  return SCPRIOR_TEXT(SCPRIOR_MARKER);
#undef SCPRIOR_TEXT
#undef SCPRIOR_TEXT_
}

std::string refusal_before_loading(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return "there is no such file";
  if (!std::filesystem::is_regular_file(file, error)) return "is not a file";
  if (!is_elf(file)) return "is no plugin: it is not a shared library (no ELF header); plugins are files NAME.so";
  std::vector<std::string> symbols;
  try {
    symbols = exported_symbols(file);
  } catch (const Error& failure) {
    return concat("its symbols cannot be read: ", failure.what());
  }
  if (std::find(symbols.begin(), symbols.end(), SCPRIOR_ENTRY_SYMBOL) == symbols.end())
    return "is a shared library but no scprior plugin: it exports no " SCPRIOR_ENTRY_SYMBOL;
  for (const std::string& symbol : symbols)
    if (symbol.rfind(SCPRIOR_MARKER_PREFIX, 0) == 0)
      if (std::string refusal = refusal_of_marker(symbol); !refusal.empty()) return refusal;
  return "";
}

std::string refusal_of_descriptor(const scprior_plugin* plugin) {
  if (plugin->magic != SCPRIOR_PLUGIN_MAGIC) return "its descriptor does not start with scprior's magic number";
  if (plugin->abi_major != SCPRIOR_ABI_MAJOR)
    return concat("speaks plugin ABI ", plugin->abi_major, ", this host speaks ", SCPRIOR_ABI_MAJOR,
                  plugin->abi_major > SCPRIOR_ABI_MAJOR ? ": upgrade scprior" : ": rebuild the plugin");
  if (plugin->abi_minor > SCPRIOR_ABI_MINOR)
    return concat("needs plugin ABI ", plugin->abi_major, '.', plugin->abi_minor, ", this host offers ",
                  SCPRIOR_ABI_MAJOR, '.', SCPRIOR_ABI_MINOR, ": upgrade scprior");
  if (plugin->struct_size < size_of_plugin_1_0) return "its descriptor is too short";
  if (!plugin->id || !plugin->version || !plugin->author || !plugin->license || !plugin->url || !plugin->components)
    return "its descriptor lacks an id, version, author, license, url or its components";
  if (plugin->n_components == 0) return "offers no components";
  if (plugin->components->struct_size < size_of_component_1_0) return "a component's descriptor is too short";
  bool has_cxx = false;
  for (uint32_t i = 0; i < plugin->n_components; ++i)
    has_cxx |= read_element(plugin->components, i).tier == SCPRIOR_TIER_CXX;
  if (!has_cxx) return "";
  if (!plugin->build) return "offers C++ components but does not say what it was built with";
  if (plugin->build->struct_size < size_of_build_1_0) return "its build facts are too short";
  const scprior_build host = host_build();
  const auto build = read_struct<scprior_build>(plugin->build, plugin->build->struct_size);
  std::vector<std::string> differences;
  compare(differences, "SDK epoch", std::to_string(build.sdk_epoch), std::to_string(host.sdk_epoch));
  compare(differences, "LibTorch", torch_text(build.torch_version), torch_text(host.torch_version));
  compare(differences, "compiler ABI", std::to_string(build.gxx_abi), std::to_string(host.gxx_abi));
  compare(differences, "C++11 ABI", std::to_string(build.cxx11_abi), std::to_string(host.cxx11_abi));
  compare(differences, "build flags", flags_text(build.flags), flags_text(host.flags));
  return differences_text(differences);
}

}  // namespace scprior::core
