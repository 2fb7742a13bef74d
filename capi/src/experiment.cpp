// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/experiment.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "guard.hpp"
#include "progress.hpp"
#include "runtime.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/core/log.hpp"
#include "scprior/core/process.hpp"
#include "text.hpp"

using namespace scprior;

namespace scprior::capi {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

std::string summary_of(const core::RunOutcome& outcome) {
  Json fits = Json::array();
  for (const core::FitRecord& record : outcome.records)
    fits.push_back({{"data", record.data},
                    {"model", record.model},
                    {"seed", record.seed},
                    {"epochs", record.epochs},
                    {"best_epoch", record.best_epoch},
                    {"stop", record.stop_reason},
                    {"seconds", record.seconds},
                    {"test_loss", number(record.test_loss)}});
  const Json summary = {{"fits", fits},
                        {"failures", outcome.failures},
                        {"cancelled", outcome.cancelled},
                        {"report", outcome.report.string()}};
  return summary.dump(2, ' ', false, Json::error_handler_t::replace);
}

core::RunEvents events_of(scprior_progress_function progress, void* user) {
  core::RunEvents events;
  events.note = [](const std::string& text) { core::log_message(1, text.c_str()); };
  events.fit_begins = [](const core::FitJob& job, bool skipped) {
    const std::string text = concat("[", job.number, '/', job.total, "] ", job.data->name, " / ", job.model->name,
                                    " / seed ", job.seed, skipped ? ": complete already, skipped" : "");
    core::log_message(1, text.c_str());
  };
  events.fit_progress = [=](const core::FitJob&, const core::FitProgress& now) { return tell(progress, user, now); };
  events.fit_ends = [](const core::FitJob&, const core::FitRecord&, const core::FitOutcome&) {};
  return events;
}

/// The outcomes that are no success, although there are results.
void report(const core::RunOutcome& outcome) {
  if (outcome.cancelled) fail(Status::cancelled, "stopped on request; fits that are complete are kept");
  if (outcome.failures.empty()) return;
  std::string text;
  for (const std::string& failure : outcome.failures) text += (text.empty() ? "" : "\n") + failure;
  fail(outcome.unusable_data ? Status::data : Status::numeric, "not completed: ", text);
}

}  // namespace
}  // namespace scprior::capi

int32_t scprior_check(const char* file) {
  return capi::guarded([&] {
    core::PluginHost plugins(*capi::host());  // the experiment's own plugins are nobody else's
    core::check_data(core::load_experiment(capi::text_of(file, "file"), plugins), plugins);
  });
}

int32_t scprior_run(const char* file, int32_t force, scprior_progress_function progress, void* user, char* buffer,
                    size_t capacity, size_t* needed) {
  return capi::guarded([&] {
    capi::need(buffer || capacity == 0, "the buffer is NULL, but its capacity is ", capacity);
    const capi::Computation computation;
    core::PluginHost plugins(*capi::host());
    const core::ExperimentConfig config = core::load_experiment(capi::text_of(file, "file"), plugins);
    if (config.threads > 0) core::prepare_process(config.threads);  // until the next Computation
    const core::RunOutcome outcome =
        core::run_experiment(config, plugins, force != 0, capi::events_of(progress, user));
    capi::give_text(capi::summary_of(outcome), buffer, capacity, needed);
    capi::report(outcome);
  });
}
