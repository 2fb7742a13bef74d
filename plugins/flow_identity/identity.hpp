// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/flow.hpp"

namespace scprior {

/// z = z0, ln|det| = 0: the posterior stays the Gaussian of the encoder. Source: kingma2014.
class IdentityFlow final : public Flow {
 public:
  void build(const Dims& dims, at::Generator init) override;
  bool is_identity() const override { return true; }
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override;
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) override;

 private:
  int64_t dims_ = 0;
};

}  // namespace scprior
