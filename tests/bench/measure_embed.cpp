// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "measure.hpp"
#include "models.hpp"
#include "samples.hpp"
#include "scprior/core/inference.hpp"
#include "stopwatch.hpp"

namespace scprior::bench {

Measured measure_embed(const MeasureArguments& arguments) {
  core::PluginHost host;
  host.load_standard_folders();
  const Prepared prepared = prepare(arguments, host);
  core::Model model = core::build_model(prepared.config.models.front(), prepared.data.space, host, 0);
  model.eval();
  std::vector<int64_t> rows(static_cast<size_t>(prepared.data.cells->n_cells()));
  std::iota(rows.begin(), rows.end(), 0);
  core::embed(model, *prepared.data.cells, rows);
  std::vector<double> passes;
  for (double total = 0; total < arguments.seconds || passes.size() < 3; total += passes.back()) {
    const Stopwatch watch;
    core::embed(model, *prepared.data.cells, rows);
    passes.push_back(watch.seconds());
  }
  return {{{"cells_per_second", static_cast<double>(rows.size()) / summarise(passes).median}}, {}};
}

}  // namespace scprior::bench
