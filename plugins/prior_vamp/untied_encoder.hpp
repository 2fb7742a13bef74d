// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "scprior/nn.hpp"
#include "scprior/posterior.hpp"

namespace scprior {

/// A network of the encoder's kind that is never trained: every tensor is a buffer, dropout and batch statistics are
/// off. sfaira's VampPrior sends its pseudo-inputs through such a network.
class UntiedEncoder : public Module {
 public:
  UntiedEncoder(int64_t genes, const std::vector<int64_t>& hidden, int64_t latent, at::Generator init);
  Posterior encode(const CountMatrix& normalised) const;  ///< [K, G] -> mean, log_var [K, D]

 private:
  nn::EncoderTrunk trunk_;
  nn::Linear mean_, log_var_;
};

}  // namespace scprior
