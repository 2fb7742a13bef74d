// SPDX-License-Identifier: Apache-2.0
#include "run_laws.hpp"

#include <catch2/catch_session.hpp>

#include "reporter.hpp"
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

/// Laws are tagged with a kind, with [model] (kinds that have tensors) or with [every].
std::vector<std::string> tags_of(scprior_kind kind) {
  const bool is_model = kind != SCPRIOR_KIND_LOADER && kind != SCPRIOR_KIND_METRIC;
  return {"[every]", ",", "[" + core::kind_name(kind) + "]", ",", is_model ? "[model]" : "[every]"};
}

Catch::ConfigData session_config(scprior_kind kind) {
  Catch::ConfigData config;
  config.name = "scprior-conform";
  config.testsOrTags = tags_of(kind);
  config.warnings = Catch::WarnAbout::NoAssertions;
  config.reporterSpecifications.push_back(Catch::ReporterSpec("conform", {}, {}, {}));
  return config;
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
  subject.data = task.data;
  subject.create = [&host, &entry](const Options& options) { return create(host, entry.kind, entry.name, options); };
  conformance::set_subject(std::move(subject));

  reporting().waived = task.waived;
  Catch::ConfigData config = session_config(entry.kind);
  config.rngSeed = task.seed;
  Catch::Session session;
  session.useConfigData(config);
  session.run();
}

void list_laws(scprior_kind kind) {
  Catch::ConfigData config = session_config(kind);
  config.listTests = true;
  Catch::Session session;
  session.useConfigData(config);
  session.run();
}

}  // namespace scprior::conform
