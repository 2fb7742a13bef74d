// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/cell_batch.hpp"
#include "scprior/component.hpp"

namespace scprior {

/// z -> h, the last hidden representation. The output layer belongs to the likelihood.
class SCPRIOR_API Decoder : public Component {
 public:
  ~Decoder() override;

  /// H, the width of what decode returns; valid after build.
  virtual int64_t hidden_width() const = 0;
  /// z: [S, B, D]; covariates hold B cells and apply to each of the S samples. Returns h [S, B, H].
  virtual at::Tensor decode(const at::Tensor& z, const Covariates& covariates) = 0;
};

}  // namespace scprior
