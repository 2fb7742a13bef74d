// SPDX-License-Identifier: Apache-2.0
#include "train/best_weights.hpp"

#include <ATen/ATen.h>

namespace scprior::core {

void BestWeights::keep(const Model& model) {
  const at::NoGradGuard no_grad;
  const auto entries = model.entries();
  copies_.resize(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    if (copies_[i].defined()) {
      copies_[i].copy_(*entries[i].tensor);
    } else {
      copies_[i] = entries[i].tensor->detach().clone();
    }
  }
}

void BestWeights::restore(const Model& model) const {
  const at::NoGradGuard no_grad;
  const auto entries = model.entries();
  for (size_t i = 0; i < copies_.size(); ++i) entries[i].tensor->copy_(copies_[i]);
}

}  // namespace scprior::core
