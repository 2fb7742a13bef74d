// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "data.hpp"
#include "model.hpp"
#include "progress.hpp"
#include "runtime.hpp"
#include "scprior/core/log.hpp"
#include "scprior/core/process.hpp"
#include "structs.hpp"
#include "text.hpp"

using namespace scprior;

namespace scprior::capi {
namespace {

constexpr size_t options_1_0 = offsetof(scprior_fit_options, user) + sizeof(void*);
constexpr size_t result_1_0 = offsetof(scprior_fit_result, cells_per_second) + sizeof(double);

int32_t stop_of(core::StopReason reason) {
  switch (reason) {
    case core::StopReason::max_epochs: return SCPRIOR_STOP_MAX_EPOCHS;
    case core::StopReason::no_improvement: return SCPRIOR_STOP_NO_IMPROVEMENT;
    case core::StopReason::cancelled: return SCPRIOR_STOP_CANCELLED;
    case core::StopReason::not_finite: return SCPRIOR_STOP_NOT_FINITE;
  }
  return 0;
}

scprior_fit_result result_of(const core::FitOutcome& outcome) {
  scprior_fit_result result = {};
  result.stop = stop_of(outcome.stop);
  result.epochs = static_cast<int64_t>(outcome.history.size());
  result.best_epoch = outcome.best_epoch;
  result.seconds = outcome.seconds;
  result.cells_per_second = outcome.cells_per_second;
  return result;
}

/// The outcomes that are no success, although they leave a model.
void report(const core::FitOutcome& outcome) {
  if (outcome.stop == core::StopReason::not_finite) throw Error(Status::numeric, outcome.message);
  if (outcome.stop != core::StopReason::cancelled) return;
  if (outcome.best_epoch > 0)
    fail(Status::cancelled, "stopped on request; the model is that of epoch ", outcome.best_epoch, ", the best so far");
  fail(Status::cancelled, "stopped on request; the model is unfinished: not one epoch was completed");
}

}  // namespace
}  // namespace scprior::capi

int32_t scprior_fit(scprior_model* model_handle, const scprior_data* data_handle, const scprior_fit_options* options,
                    scprior_fit_result* result) {
  return capi::guarded([&] {
    const capi::InUse<capi::Model> model(model_handle);
    const capi::InUse<capi::Data> data(data_handle);
    scprior_fit_options given = {};
    if (options) given = capi::read_struct(options, capi::options_1_0, "scprior_fit_options");
    if (result) capi::read_struct(result, capi::result_1_0, "scprior_fit_result");
    capi::need(given.seed >= 0, "seed is ", given.seed, ", must be 0 or more");
    core::parse_device(model->config.device);

    const capi::Computation computation;
    const auto plugins = capi::host();
    const core::Dataset dataset = data->in_space(model->config.genes, capi::text_or_empty(given.label),
                                                 capi::text_or_empty(given.batch), *plugins);
    std::string data_text = core::describe_dataset(dataset);
    core::log_message(1, data_text.c_str());
    core::TrainedModel trained = core::train_model(
        dataset, model->config.models.front(), model->config, given.seed, *plugins,
        [&](const core::FitProgress& progress) {
          return capi::tell(given.progress, given.user, progress) && !model->cancelled;
        });
    model->trained = std::move(trained);
    model->data_text = std::move(data_text);
    if (result) capi::write_struct(capi::result_of(model->trained->outcome), result);
    capi::report(model->trained->outcome);
  });
}
