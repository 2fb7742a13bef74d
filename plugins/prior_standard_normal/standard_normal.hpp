// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/prior.hpp"

namespace scprior {

/// p(z) = N(z; 0, 1). Source: kingma2014. Shapes: z [S, B, D] -> [S, B]; the KL is exact.
class StandardNormalPrior final : public Prior {
 public:
  void build(const Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const at::Tensor& z) override;
  at::Tensor sample(int64_t n, at::Generator generator) override;
  std::optional<at::Tensor> kl(const Posterior& posterior) override;

 private:
  at::Tensor mean_;  ///< [D] of zeros: carries the element type and the device of the samples
};

}  // namespace scprior
