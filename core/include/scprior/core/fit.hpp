// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scprior/core/model.hpp"
#include "scprior/core/results.hpp"
#include "scprior/training_scope.hpp"

namespace scprior::core {

enum class StopReason {
  max_epochs,      ///< all epochs were run
  no_improvement,  ///< the validation loss stood still for stop_patience epochs
  cancelled,       ///< the progress function said so
  not_finite,      ///< the loss became NaN or infinite; FitOutcome::message says where
};
SCPRIOR_API std::string to_text(StopReason reason);

/// What a progress function is told: after every step on the CPU, after every 16th on other devices.
struct FitProgress {
  int64_t epoch = 0, max_epochs = 0;  ///< epoch counted from 1
  int64_t step = 0, steps = 0;        ///< within the epoch
  double loss = 0;                    ///< mean of the epoch so far: reconstruction + weighted KL, nats per cell
  double cells_per_second = 0;        ///< of training steps
  double seconds = 0;                 ///< since the start
  double seconds_left = 0;            ///< until max_epochs at this speed
  const EpochRecord* finished = nullptr;  ///< the epoch that has just ended, with its validation loss
};

struct FitOptions {
  TrainConfig train;
  uint64_t seed = 0;
  at::Device device = at::kCPU;
  /// Returns false to stop; the best weights so far are kept. Called on the thread that called fit.
  std::function<bool(const FitProgress&)> progress;
};

struct FitOutcome {
  std::vector<EpochRecord> history;
  int64_t best_epoch = 0;  ///< 0 = no epoch ended with a finite loss
  Precision precision = Precision::float32;  ///< of the products in training steps
  StopReason stop = StopReason::max_epochs;
  std::string message;     ///< for not_finite: step, term, what to do
  double seconds = 0;
  double cells_per_second = 0;
};

/// Trains a model: Adam, L1 and L2 penalties, learning rate halved when the validation loss stands still, early
/// stopping. The model is left in evaluation mode with the weights of the epoch of lowest monitored loss; if it was
/// cancelled in the first epoch, with those it had.
///
/// Source:  dony2020, methods; the monitored loss is reconstruction + kl_weight · KL + penalties of the validation
///          cells (of the training cells where there are none), with the same noise in every epoch
/// Differs: Keras' plateau rule wants an improvement of 1e-4, here any counts
/// Errors:  Error{config, data} before the first step; a loss that leaves the finite numbers is no error but an outcome
SCPRIOR_API FitOutcome fit(Model& model, const CellSource& cells, const Split& split, const FitOptions& options);

}  // namespace scprior::core
