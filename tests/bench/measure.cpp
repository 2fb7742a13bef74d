// SPDX-License-Identifier: Apache-2.0
#include "measure.hpp"

#include <map>

#include "scprior/core/process.hpp"
#include "scprior/error.hpp"
#include "simulate.hpp"

namespace scprior::bench {

Measured measure_simulate(const MeasureArguments& arguments) {
  write_simulated(arguments.data, arguments.cells, arguments.genes);
  return {};
}

Measured measure(const MeasureArguments& arguments) {
  static const std::map<std::string, Measured (*)(const MeasureArguments&)> kinds = {
      {"train", measure_train},   {"first-step", measure_first_step}, {"loss", measure_loss},
      {"load", measure_load},     {"embed", measure_embed},           {"metrics", measure_metrics},
      {"umap", measure_umap},     {"report", measure_report},         {"limits", measure_limits},
      {"simulate", measure_simulate}};
  const auto kind = kinds.find(arguments.what);
  if (kind == kinds.end()) fail(Status::argument, "there is no measurement \"", arguments.what, '"');
  core::prepare_process(arguments.threads);
  return kind->second(arguments);
}

}  // namespace scprior::bench
