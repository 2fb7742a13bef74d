// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/decoder.hpp"

namespace scprior {

/// No hidden layer: h = z, so that the likelihood's output layer is the whole decoder and ln μ is linear in z. The
/// loadings of a gene are then a row of that layer's weights.
///
/// Source: dony2020, discussion (a linear decoder makes the latent units interpretable)
class LinearDecoder : public Decoder {
 public:
  void build(const Dims& dims, at::Generator init) override;
  int64_t hidden_width() const override;
  at::Tensor decode(const at::Tensor& z, const Covariates& covariates) override;

 private:
  int64_t latent_ = 0;
};

}  // namespace scprior
