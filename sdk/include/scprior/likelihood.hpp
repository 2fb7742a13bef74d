// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/cell_batch.hpp"
#include "scprior/component.hpp"

namespace scprior {

/// p(x | h): the last linear layers together with the distribution of the counts, so that both can be one kernel which
/// never writes a [B, G] matrix.
///
/// Laws: exp(log_prob) sums to one over the support; sample draws from it; mean is its expectation.
class SCPRIOR_API Likelihood : public Component {
 public:
  ~Likelihood() override;

  /// counts [B, G], h [S, B, H], library [B] -> ln p(x | h) [S, B], nats, summed over genes.
  virtual at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                              const Covariates& covariates) = 0;
  /// E[x | h]: [S, B, G].
  virtual at::Tensor mean(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates) = 0;
  /// One draw per row of h: [S, B, G], whole numbers >= 0 as floating point. Uses `generator` only.
  virtual at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                            at::Generator generator) = 0;
};

}  // namespace scprior
