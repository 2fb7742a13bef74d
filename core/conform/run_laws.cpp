// SPDX-License-Identifier: Apache-2.0
#include "run_laws.hpp"

#include <catch2/catch_session.hpp>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/interfaces/catch_interfaces_registry_hub.hpp>
#include <catch2/interfaces/catch_interfaces_testcase.hpp>
#include <iostream>

#include "reporter.hpp"
#include "scprior/conformance/evaluate.hpp"
#include "scprior/conformance/subject.hpp"

namespace scprior::conform {
namespace {

std::unique_ptr<Component> create(const core::PluginHost& host, scprior_kind kind, const std::string& name,
                                  const Options& options) {
  switch (kind) {
    case SCPRIOR_KIND_LOADER: return host.create<Loader>(name, options);
    case SCPRIOR_KIND_ENCODER: return host.create<Encoder>(name, options);
    case SCPRIOR_KIND_DECODER: return host.create<Decoder>(name, options);
    case SCPRIOR_KIND_FLOW: return host.create<Flow>(name, options);
    case SCPRIOR_KIND_PRIOR: return host.create<Prior>(name, options);
    case SCPRIOR_KIND_LIKELIHOOD: return host.create<Likelihood>(name, options);
    case SCPRIOR_KIND_METRIC: return host.create<Metric>(name, options);
  }
  fail(Status::internal, "kind ", kind, " is not known");
}

bool is_model(scprior_kind kind) { return kind != SCPRIOR_KIND_LOADER && kind != SCPRIOR_KIND_METRIC; }

/// Laws that are run together; a law belongs to the group of its tag.
struct Group {
  std::string tag;
  bool is_gate = false;  ///< if one of its laws is broken, the other groups are not run
};

/// In the order that tells most: what everything else rests on, then shapes, then the rest.
std::vector<Group> groups_of(scprior_kind kind) {
  std::vector<Group> groups = {{"made", true}, {"options"}};
  if (is_model(kind)) groups.insert(groups.end(), {{"built", true}, {"shapes"}, {"model"}});
  groups.push_back({core::kind_name(kind)});
  return groups;
}

Catch::ConfigData session_config(const Group& group) {
  Catch::ConfigData config;
  config.name = "scprior-conform";
  config.testsOrTags = {"[" + group.tag + "]"};
  config.warnings = Catch::WarnAbout::NoAssertions;
  config.reporterSpecifications.push_back(Catch::ReporterSpec("conform", {}, {}, {}));
  return config;
}

/// Which tensors training changes: what an author forgot to register is missing here.
void tell_tensors() {
  const bool to_parent = reporting().to_parent;
  if (to_parent) std::cout << control << "building it, before the first law" << std::endl;
  std::string text;
  conformance::refusal([&] { text = conformance::tensors_text(); }, true);  // whether it can be built is a law
  if (!text.empty()) std::cout << (to_parent ? show : "") << text << std::endl;
}

}  // namespace

void run_laws(const core::PluginHost& host, const Task& task) {
  const core::ComponentEntry& entry = *task.component;
  conformance::Subject subject;
  subject.kind = entry.kind;
  subject.kind_name = core::kind_name(entry.kind);
  subject.name = entry.name;
  subject.table = entry.options;
  subject.capabilities = entry.capabilities;
  subject.tier = entry.tier;
  subject.given = task.options;
  subject.seed = task.seed;
  subject.data = task.data;
  subject.create = [&host, &entry](const Options& options) { return create(host, entry.kind, entry.name, options); };
  conformance::set_subject(std::move(subject));

  reporting().waived = task.waived;
  if (is_model(entry.kind)) tell_tensors();
  Catch::Session session;
  for (const Group& group : groups_of(entry.kind)) {
    session.useConfigData(session_config(group));
    if (session.run() != 0 && group.is_gate) return;
  }
}

std::vector<std::string> laws_of(scprior_kind kind) {
  std::vector<std::string> laws;
  for (const Group& group : groups_of(kind))
    for (const Catch::TestCaseInfo* law : Catch::getRegistryHub().getTestCaseRegistry().getAllInfos())
      for (const Catch::Tag& tag : law->tags)
        if (tag == Catch::Tag(group.tag)) laws.push_back(law->name);
  return laws;
}

}  // namespace scprior::conform
