// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>

#include "scprior/core/log.hpp"
#include "scprior/core/plugin_host.hpp"
#include "tools.hpp"

using namespace scprior;

namespace {

int32_t evaluate(void* user, const scprior_metric_input*, scprior_report_value report, void* receiver, char*) {
  report(receiver, "", *static_cast<const int*>(user), 0);
  return SCPRIOR_OK;
}

/// A metric that reports *number; `owner` lives as long as it or its definition.
core::ComponentEntry metric_of(int* number, std::shared_ptr<int> owner, const std::string& name = "number") {
  core::ComponentEntry entry = {};
  entry.kind = SCPRIOR_KIND_METRIC;
  entry.name = name;
  entry.owner = std::move(owner);
  entry.create = [number](const scprior_host* host, const scprior_options*, void** out) -> int32_t {
    static scprior_metric_c table;
    table = {.struct_size = sizeof table, .user = number, .evaluate = evaluate};
    *out = &table;
    host->log(host->context, 1, "made");
    return SCPRIOR_OK;
  };
  return entry;
}

std::string refusal(core::PluginHost& host, core::ComponentEntry entry) {
  try {
    host.define(std::move(entry));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a definition is kept by what is made of it, also when it is replaced", "[host]") {
  core::PluginHost host(test::shipped_plugins());
  int number = 3;
  auto first = std::make_shared<int>(), second = std::make_shared<int>();
  host.define(metric_of(&number, first));
  auto made = host.create<Metric>("number", {});
  host.define(metric_of(&number, second));
  CHECK(first.use_count() == 2);  // here and by `made`
  made.reset();
  CHECK(first.use_count() == 1);
  CHECK(second.use_count() > 1);
}

TEST_CASE("a copy of a host does not see what is defined later", "[host]") {
  core::PluginHost host(test::shipped_plugins());
  const core::PluginHost before(host);
  int number = 3;
  host.define(metric_of(&number, std::make_shared<int>()));
  CHECK(host.find(SCPRIOR_KIND_METRIC, "number"));
  CHECK_FALSE(before.find(SCPRIOR_KIND_METRIC, "number"));
  CHECK(before.find(SCPRIOR_KIND_PRIOR, "vamp"));
}

TEST_CASE("a definition cannot take the name of a plugin, nor a name of another form", "[host]") {
  core::PluginHost host(test::shipped_plugins());
  int number = 3;
  CHECK(refusal(host, metric_of(&number, std::make_shared<int>(), "silhouette")).find("metric_silhouette") !=
        std::string::npos);
  CHECK(refusal(host, metric_of(&number, std::make_shared<int>(), "Number")).find("[a-z0-9_]+") != std::string::npos);
}

TEST_CASE("messages of plugins reach the log sink", "[host]") {
  core::PluginHost host(test::shipped_plugins());
  int number = 3;
  host.define(metric_of(&number, std::make_shared<int>()));
  std::string heard;
  core::set_log_sink([&](int32_t level, const char* text) { heard += concat(level, text); });
  host.create<Metric>("number", {});
  core::set_log_sink([](int32_t, const char*) { throw std::runtime_error("dropped"); });
  CHECK_NOTHROW(host.create<Metric>("number", {}));
  core::set_log_sink({});
  host.create<Metric>("number", {});
  CHECK(heard == "1made");
}
