// SPDX-License-Identifier: Apache-2.0
// What a user reads when a plugin cannot be loaded. The environment variable SCPRIOR_SHOW_TEXTS=1 prints the texts.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "scprior/core/plugin_host.hpp"
#include "scprior/testing/temporary_folder.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

const fs::path plugins = SCPRIOR_TEST_PLUGINS;

/// The text with which a file is refused; the host goes on and remembers it.
std::string refusal(const fs::path& file) {
  core::PluginHost host;
  try {
    host.load_file(file);
    return "loaded";
  } catch (const Error& error) {
    CHECK(error.status() == Status::plugin);
    CHECK(host.components().empty());
    CHECK_THAT(host.unknown_text(SCPRIOR_KIND_FLOW, "refused"), ContainsSubstring(file.filename().string()));
    if (std::getenv("SCPRIOR_SHOW_TEXTS")) std::cout << "* " << error.what() << "\n";
    return error.what();
  }
}

}  // namespace

TEST_CASE("a plugin that was built differently is refused before it is loaded, naming the fact and both sides",
          "[refusal]") {
  CHECK_THAT(refusal(plugins / "other_epoch.so"),
             ContainsSubstring(concat("SDK epoch: plugin 999, host ", SCPRIOR_SDK_EPOCH)) &&
                 ContainsSubstring("rebuild the plugin with this installation's SDK"));
  CHECK_THAT(refusal(plugins / "other_torch.so"), ContainsSubstring("LibTorch: plugin 2.1.7, host 2."));
  CHECK_THAT(refusal(plugins / "other_compiler_abi.so"), ContainsSubstring("compiler ABI: plugin 1013, host 1"));
  CHECK_THAT(refusal(plugins / "other_sanitizer.so"),
             ContainsSubstring("sanitizer: plugin ") && ContainsSubstring("AddressSanitizer"));
}

TEST_CASE("a plugin of another plugin ABI is refused, saying which side is to be renewed", "[refusal]") {
  CHECK_THAT(refusal(plugins / "next_major.so"),
             ContainsSubstring("speaks plugin ABI 2, this host speaks 1: upgrade scprior"));
  CHECK_THAT(refusal(plugins / "next_minor.so"),
             ContainsSubstring("needs plugin ABI 1.99, this host offers 1.0: upgrade scprior"));
}

TEST_CASE("entry functions that misbehave are refused, and the host lives on", "[refusal]") {
  CHECK_THAT(refusal(plugins / "undefined.so"),
             ContainsSubstring("needs nobody_defines_this, which no library here has (undefined symbol nobody_"));
  CHECK_THAT(refusal(plugins / "throws.so"), ContainsSubstring("its entry function failed: the moon is full"));
  CHECK_THAT(refusal(plugins / "crashes.so"),
             ContainsSubstring("crashes when it is loaded") && ContainsSubstring("signal 11"));
  CHECK_THAT(refusal(plugins / "exits.so"), ContainsSubstring("ends the process when it is loaded (exit code 0)"));
  CHECK_THAT(refusal(plugins / "hangs.so"), ContainsSubstring("did not return within 10 s"));
  CHECK_THAT(refusal(plugins / "returns_nothing.so"), ContainsSubstring("its entry function returned nothing"));
  CHECK_THAT(refusal(plugins / "says_why_not.so"), ContainsSubstring("failed: there is no licence file"));
}

TEST_CASE("files that are no plugins are refused for what they are", "[refusal]") {
  const testing::TemporaryFolder folder;
  CHECK_THAT(refusal(folder.write("text.so", "hello")), ContainsSubstring("no ELF header"));
  fs::copy_file(plugins / "frozen_1_0.so", folder / "cut.so");
  fs::resize_file(folder / "cut.so", fs::file_size(plugins / "frozen_1_0.so") / 2);
  CHECK_THAT(refusal(folder / "cut.so"), ContainsSubstring("cut.so: "));
  CHECK_THAT(refusal(folder / "missing.so"), ContainsSubstring("there is no such file"));
}

TEST_CASE("two files with the same component: the second is refused, naming both", "[refusal]") {
  const testing::TemporaryFolder folder;
  const fs::path copy = folder / "other_vamp.so";
  fs::copy_file(fs::path(SCPRIOR_BUILT_PLUGINS) / "prior_vamp.so", copy);
  core::PluginHost host;
  host.load_folder(SCPRIOR_BUILT_PLUGINS);
  try {
    host.load_file(copy);
    FAIL("loaded");
  } catch (const Error& error) {
    if (std::getenv("SCPRIOR_SHOW_TEXTS")) std::cout << "* " << error.what() << "\n";
    CHECK_THAT(error.what(), ContainsSubstring("other_vamp.so") && ContainsSubstring("prior_vamp.so") &&
                                 ContainsSubstring("offers prior 'vamp'"));
  }
}
