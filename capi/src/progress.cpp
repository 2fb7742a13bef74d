// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <limits>

namespace scprior::capi {

bool tell(scprior_progress_function function, void* user, const core::FitProgress& progress) {
  if (!function) return true;
  scprior_progress told = {};
  told.struct_size = sizeof told;
  told.epoch = progress.epoch;
  told.max_epochs = progress.max_epochs;
  told.step = progress.step;
  told.steps = progress.steps;
  told.loss = progress.loss;
  told.seconds = progress.seconds;
  told.seconds_left = progress.seconds_left;
  told.validation_loss =
      progress.finished ? progress.finished->validation_loss : std::numeric_limits<double>::quiet_NaN();
  return function(user, &told) == 0;
}

}  // namespace scprior::capi
