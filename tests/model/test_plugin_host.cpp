// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "scprior/plugin.hpp"
#include "scprior/testing/temporary_folder.hpp"
#include "tools.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string refusal(const std::filesystem::path& file) {
  core::PluginHost host;
  try {
    host.load_file(file);
    return "loaded";
  } catch (const Error& error) {
    CHECK(error.status() == Status::plugin);
    CHECK(host.files().size() == 1);
    CHECK_FALSE(host.files()[0].loaded);
    return error.what();
  }
}

class NoFlow : public Flow {
 public:
  FlowResult forward(const at::Tensor& z0, const at::Tensor&) override { return {z0, {}}; }
};

class ThrowingFlow : public NoFlow {
 public:
  ThrowingFlow() { throw 42; }
};

/// What the host says of a plugin with one flow, whose descriptor `change` has altered.
template <class Change>
std::string refusal_of_changed(Change change) {
  const PluginDescriptor descriptor({.id = "changed", .version = "1"}, scprior::detail::build_facts(),
                                    {component<NoFlow>({.name = "no_flow", .summary = "nothing"})});
  scprior_plugin plugin = *descriptor.get();
  scprior_build build = *plugin.build;
  scprior_component part = plugin.components[0];
  plugin.build = &build;
  plugin.components = &part;
  change(plugin, build, part);
  core::PluginHost host;
  try {
    host.add_static(&plugin);
    return "accepted";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("all shipped plugins load", "[host]") {
  const core::PluginHost& host = test::shipped_plugins();
  CHECK(host.files().size() >= 13);
  for (const core::PluginFile& file : host.files()) {
    INFO(file.path << ": " << file.reason);
    CHECK(file.loaded);
  }
  for (const scprior_kind kind : core::all_kinds()) CHECK_FALSE(host.names(kind).empty());
}

TEST_CASE("files that are no plugins are refused with the reason", "[host]") {
  const testing::TemporaryFolder folder;
  CHECK_THAT(refusal(folder / "missing.so"), ContainsSubstring("no such file"));
  CHECK_THAT(refusal(folder.write("text.so", "hello")), ContainsSubstring("no ELF header"));
  const auto half = folder.write("half.so", "\x7f" "ELF and then nothing of sense");
  CHECK_THAT(refusal(half), ContainsSubstring("half.so"));
  CHECK_THAT(refusal(SCPRIOR_BUILT_SDK), ContainsSubstring("exports no scprior_plugin_entry_v1"));
  CHECK_THAT(refusal(folder.path), ContainsSubstring("not a file"));
}

TEST_CASE("a plugin with another build fact is refused, naming both sides", "[host]") {
  CHECK(refusal_of_changed([](auto&, auto&, auto&) {}) == "accepted");
  CHECK_THAT(refusal_of_changed([](auto& p, auto&, auto&) { p.magic = 1; }), ContainsSubstring("magic"));
  CHECK_THAT(refusal_of_changed([](auto& p, auto&, auto&) { p.abi_major = 2; }), ContainsSubstring("upgrade scprior"));
  CHECK_THAT(refusal_of_changed([](auto& p, auto&, auto&) { p.abi_major = 0; }),
             ContainsSubstring("rebuild the plugin"));
  CHECK_THAT(refusal_of_changed([](auto& p, auto&, auto&) { p.abi_minor = 9; }), ContainsSubstring("upgrade scprior"));
  CHECK_THAT(refusal_of_changed([](auto& p, auto&, auto&) { p.build = nullptr; }),
             ContainsSubstring("what it was built with"));
  CHECK_THAT(refusal_of_changed([](auto&, auto& b, auto&) { b.sdk_epoch += 1; }),
             ContainsSubstring(concat("SDK epoch: plugin ", SCPRIOR_SDK_EPOCH + 1, ", host ", SCPRIOR_SDK_EPOCH)));
  CHECK_THAT(refusal_of_changed([](auto&, auto& b, auto&) { b.torch_version = 20900; }),
             ContainsSubstring("LibTorch: plugin 2.9.0"));
  CHECK_THAT(refusal_of_changed([](auto&, auto& b, auto&) { b.flags ^= SCPRIOR_BUILD_TSAN; }),
             ContainsSubstring("ThreadSanitizer"));
  CHECK_THAT(refusal_of_changed([](auto&, auto&, auto& c) { c.name = "No Flow"; }), ContainsSubstring("[a-z0-9_]+"));
  CHECK_THAT(refusal_of_changed([](auto&, auto&, auto& c) { c.kind = 99; }), ContainsSubstring("kind 99"));
}

TEST_CASE("two plugins cannot offer the same component", "[host]") {
  const PluginDescriptor descriptor({.id = "one", .version = "1"}, scprior::detail::build_facts(),
                                    {component<NoFlow>({.name = "no_flow", .summary = "nothing"})});
  core::PluginHost host;
  host.add_static(descriptor.get());
  CHECK_THROWS_AS(host.add_static(descriptor.get()), Error);
  CHECK(host.components().size() == 1);
}

TEST_CASE("an unknown component is answered with the nearest name, and a failing one with its own", "[host]") {
  CHECK_THAT(test::shipped_plugins().unknown_text(SCPRIOR_KIND_PRIOR, "vapm"),
             ContainsSubstring("did you mean \"vamp\""));
  const PluginDescriptor descriptor({.id = "throwing", .version = "1"}, scprior::detail::build_facts(),
                                    {component<ThrowingFlow>({.name = "throwing", .summary = "throws"})});
  core::PluginHost host;
  host.add_static(descriptor.get());
  try {
    host.create<Flow>("throwing", {});
    FAIL("no exception");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), ContainsSubstring("flow/throwing"));
  }
}
