// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/cell_batch.hpp"

namespace scprior::core {

/// The batch on `device`; itself if it lies there already.
CellBatch to_device(CellBatch batch, at::Device device);

}  // namespace scprior::core
