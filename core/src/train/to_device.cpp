// SPDX-License-Identifier: Apache-2.0
#include "train/to_device.hpp"

#include <ATen/ATen.h>

namespace scprior::core {

CellBatch to_device(CellBatch batch, at::Device device) {
  if (batch.library.device() == device) return batch;
  const auto move = [&](const at::Tensor& tensor) { return tensor.defined() ? tensor.to(device) : tensor; };
  return {batch.counts.to(device), batch.normalised.to(device), batch.library.to(device),
          {move(batch.covariates.batch), move(batch.covariates.continuous)}, move(batch.rows)};
}

}  // namespace scprior::core
