// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/cell_batch.hpp"
#include "scprior/component.hpp"
#include "scprior/posterior.hpp"

namespace scprior {

/// x -> q(z | x).
///
/// Optional: context (only where dims.context > 0 was asked for at build).
/// Laws: rows are independent in evaluation mode; an all-zero cell gives finite output.
class SCPRIOR_API Encoder : public Component {
 public:
  ~Encoder() override;

  /// normalised: [B, G] ln(1 + 1e4 x / l), possibly requiring gradients (pseudo-inputs). covariates: batch, continuous
  /// as announced in Dims. Returns mean [B, D]; log_var [B, D] if dims.stochastic, else undefined; context [B,
  /// dims.context] if > 0.
  virtual Posterior encode(const CountMatrix& normalised, const Covariates& covariates) = 0;
};

}  // namespace scprior
