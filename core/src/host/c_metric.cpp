// SPDX-License-Identifier: Apache-2.0
#include "host/c_metric.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "host/c_call.hpp"
#include "host/descriptor.hpp"

namespace scprior::core {
namespace {

/// What a plugin reports, kept until it returns: nothing may be thrown through its code.
struct Receiver {
  MetricResult result;
  std::string problem;

  void add(const char* name, double value, int32_t better) {
    using Better = MetricValue::Better;
    if (!name) fail(Status::plugin, "a value was reported without a name (\"\" is the main value's)");
    result.values.push_back(
        {name, value, better > 0 ? Better::higher : better < 0 ? Better::lower : Better::neither, ""});
    if (std::isnan(value)) result.values.back().note = "not defined for these data";
  }

  static void receive(void* receiver, const char* name, double value, int32_t better) noexcept {
    auto& self = *static_cast<Receiver*>(receiver);
    try {
      self.add(name, value, better);
    } catch (const std::exception& failure) {
      self.problem = failure.what();
    }
  }
};

at::Tensor codes_of(const Labels* labels) {
  return labels ? labels->codes.to(at::kInt).contiguous() : at::Tensor();
}

int64_t count_of(const Labels* labels) { return labels ? static_cast<int64_t>(labels->names.size()) : 0; }

}  // namespace

CMetric::CMetric(std::string where, const scprior_metric_c* functions, std::shared_ptr<const void> owner)
    : owner_(std::move(owner)),
      where_(std::move(where)),
      functions_(read_struct<scprior_metric_c>(functions, functions->struct_size)) {
  if (functions->struct_size < size_of_metric_1_0 || !functions_.evaluate)
    fail(Status::plugin, where_, ": the table of functions lacks evaluate, or is too short");
}

CMetric::~CMetric() {
  if (functions_.destroy) functions_.destroy(functions_.user);
}

MetricResult CMetric::evaluate(const Evaluation& evaluation) {
  const at::Tensor latent = evaluation.latent_mean().to(at::kDouble).contiguous();
  const at::Tensor labels = codes_of(evaluation.labels()), batches = codes_of(evaluation.batches());
  scprior_metric_input input = {};
  input.struct_size = sizeof input;
  input.n_cells = latent.size(0);
  input.n_latent = latent.size(1);
  input.latent = latent.data_ptr<double>();
  input.labels = labels.defined() ? labels.data_ptr<int32_t>() : nullptr;
  input.n_labels = count_of(evaluation.labels());
  input.batches = batches.defined() ? batches.data_ptr<int32_t>() : nullptr;
  input.n_batches = count_of(evaluation.batches());
  Receiver receiver;
  c_call(where_ + ": evaluate", [&](char* error) {
    return functions_.evaluate(functions_.user, &input, &Receiver::receive, &receiver, error);
  });
  if (!receiver.problem.empty()) fail(Status::plugin, where_, ": ", receiver.problem);
  return std::move(receiver.result);
}

}  // namespace scprior::core
