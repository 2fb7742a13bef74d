// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "scprior/core/model.hpp"

namespace scprior::core {

/// A copy of all tensors of a model (weights, masks, running statistics), to go back to.
class BestWeights {
 public:
  void keep(const Model& model);
  /// Copies back what was kept last; nothing if keep was never called.
  void restore(const Model& model) const;

 private:
  std::vector<at::Tensor> copies_;
};

}  // namespace scprior::core
