// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scprior/core/config.hpp"
#include "scprior/core/fit.hpp"
#include "scprior/core/plugin_host.hpp"
#include "scprior/core/results.hpp"

namespace scprior::core {

/// One of an experiment's fits.
struct FitJob {
  const DataConfig* data = nullptr;
  const ModelConfig* model = nullptr;
  int64_t seed = 0;
  int64_t number = 0, total = 0;  ///< counted from 1
};

/// What a run tells its caller while it works.
struct RunEvents {
  std::function<void(const std::string& text)> note;                           ///< a sentence for the user
  std::function<void(const FitJob&, bool skipped)> fit_begins;                 ///< skipped: already complete
  std::function<bool(const FitJob&, const FitProgress&)> fit_progress;         ///< false = stop the whole run
  std::function<void(const FitJob&, const FitRecord&, const FitOutcome&)> fit_ends;
};

struct RunOutcome {
  std::vector<FitRecord> records;      ///< of complete fits, in the order of data × model × seed
  std::vector<std::string> failures;   ///< fits that were not completed, with the reason
  bool cancelled = false;
  bool unusable_data = false;          ///< a data set could not be loaded
  std::filesystem::path report;        ///< report.html
};

/// Opens every data file and looks for the columns and genes that the experiment needs; reads no counts.
/// Errors: of all files at once, as load_dataset.
SCPRIOR_API void check_data(const ExperimentConfig& config, const PluginHost& host);

/// Trains every data set × model × seed and writes, below config.output:
///
///     fits/<data>/<model>/seed-<seed>/   the model folder, history.csv, embedding.h5ad, fit.json (written last)
///     results.csv summary.csv results.json report.html resolved.toml
///
/// A fit whose fit.json says the same configuration is not repeated, unless `force`. A fit that fails, or a data set
/// whose counts cannot be used, does not stop the others. Errors: as check_data, before anything is made; the output
/// folder; the device.
SCPRIOR_API RunOutcome run_experiment(const ExperimentConfig& config, const PluginHost& host, bool force,
                                      const RunEvents& events);

}  // namespace scprior::core
