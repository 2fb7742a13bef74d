// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "measured.hpp"

namespace scprior::bench {

/// What a measuring process is told.
struct MeasureArguments {
  std::string what;            ///< train, load, embed, ...: a name of the table in measure.cpp
  std::filesystem::path data;  ///< an h5ad file
  std::string model = "VAE";   ///< see model_settings()
  std::string precision = "float32";  ///< train.precision
  int64_t batch = 128, components = 500;
  int64_t cells = 0, genes = 0;  ///< of what is simulated
  int64_t steps = 500;           ///< after which the loss is told
  double seconds = 2;            ///< repeat what is short for so long
  int64_t started = 0;           ///< steady clock at the start of the process, in nanoseconds
  int64_t threads = 0;
};

/// Does one measurement. Errors: Error{argument} unknown `what`; what the core throws.
Measured measure(const MeasureArguments& arguments);

// One of each kind; memory is that of the whole process, so a process does one.

Measured measure_train(const MeasureArguments& arguments);        ///< cells_per_second, step_seconds, memory
Measured measure_first_step(const MeasureArguments& arguments);   ///< seconds from the process's start
Measured measure_loss(const MeasureArguments& arguments);         ///< losses after a number of steps
Measured measure_load(const MeasureArguments& arguments);         ///< seconds, cells_per_second, bytes_per_second
Measured measure_embed(const MeasureArguments& arguments);        ///< cells_per_second
Measured measure_metrics(const MeasureArguments& arguments);      ///< seconds of each metric that needs no model
Measured measure_umap(const MeasureArguments& arguments);         ///< seconds
Measured measure_report(const MeasureArguments& arguments);       ///< seconds from the end of training to the report
Measured measure_limits(const MeasureArguments& arguments);       ///< best rates of products and memory
Measured measure_simulate(const MeasureArguments& arguments);     ///< writes arguments.data

}  // namespace scprior::bench
