// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scprior/core/results.hpp"

namespace scprior::core {

/// What keeps a report usable: a browser draws every cell of every model.
struct FigureLimits {
  int64_t drawn_cells = 20000;       ///< of a data set; evenly spaced rows beyond
  int64_t covariance_units = 512;    ///< D of the largest covariance that is drawn
  size_t bytes = 24 * 1024 * 1024;   ///< of embeddings and covariances; first seeds come first
};

/// The data of all figures as JSON that may stand in a script element, read by share/report/data.js. Where an embedding
/// or covariance was left out, the reason stands in its place.
std::string figure_data(const std::vector<FitRecord>& records, const FigureLimits& limits = {});

}  // namespace scprior::core
