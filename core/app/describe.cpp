// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/describe.hpp"

#include <fmt/format.h>

#include "commands.hpp"

namespace scprior::app {
namespace {

int describe_all_sections() {
  for (const core::ConfigSection& section : core::config_sections())
    fmt::print("{}\n", core::describe(section, core::DescribeForm::text));
  fmt::print("options of components: scprior describe prior vamp; `scprior list` names the components\n");
  return 0;
}

/// `describe WORD` where WORD is no section: what may have been meant.
[[noreturn]] void fail_incomplete(const std::string& word, const core::PluginHost& host) {
  std::vector<std::string> known = core::section_names();
  for (const scprior_kind kind : core::all_kinds()) {
    known.push_back(core::kind_name(kind));
    if (host.find(kind, word))
      fail(Status::argument, "describe needs the kind too: scprior describe ", core::kind_name(kind), ' ', word);
    if (core::kind_name(kind) == word)
      fail(Status::argument, "describe ", word, " needs a name too; scprior list ", word, " names those there are");
  }
  fail(Status::argument, '"', word, "\" is neither a section of the experiment file nor a kind of component",
       suggestion(word, known), " Examples: scprior describe train, scprior describe prior vamp");
}

}  // namespace

int describe(const DescribeArguments& arguments, const core::PluginHost& host) {
  if (arguments.name.empty()) {
    if (arguments.toml || arguments.markdown)
      fail(Status::argument, arguments.toml ? "--toml" : "--markdown", " needs a component, e.g. scprior describe ",
           "prior vamp --toml");
    if (arguments.kind.empty()) return describe_all_sections();
    const core::ConfigSection* section = core::find_section(arguments.kind);
    if (!section) fail_incomplete(arguments.kind, host);
    fmt::print("{}", core::describe(*section, core::DescribeForm::text));
    return 0;
  }
  const scprior_kind kind = core::kind_of(arguments.kind);
  const core::ComponentEntry* entry = host.find(kind, arguments.name);
  if (!entry) throw Error(Status::argument, host.unknown_text(kind, arguments.name));
  const core::DescribeForm form = arguments.toml       ? core::DescribeForm::toml
                                  : arguments.markdown ? core::DescribeForm::markdown
                                                       : core::DescribeForm::text;
  fmt::print("{}", core::describe(*entry, form));
  return 0;
}

}  // namespace scprior::app
