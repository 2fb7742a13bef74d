// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "handles.hpp"
#include "scprior/core/train_model.hpp"

namespace scprior::capi {

/// What a scprior_model leads to.
class Model : public Object {
 public:
  static constexpr Kind kind = Kind::model;
  static constexpr const char* name = "scprior_model";

  core::ExperimentConfig config;              ///< one model, no data
  std::optional<core::TrainedModel> trained;  ///< by a fit, or as it lay in its folder
  std::string data_text;                      ///< what became of the data in the last fit

  /// Errors: Error{argument} not trained yet.
  core::TrainedModel& need_trained();
};

}  // namespace scprior::capi
