// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "scprior/prior.hpp"

namespace scprior::core {

/// A prior of the C tier as one of the C++ interface.
///
/// Values and derivatives come from one call of the plugin in the forward pass; the backward pass only multiplies. So
/// the plugin, behind which a foreign runtime may stand, is entered on the calling thread alone.
/// Shapes:  z [S, B, D] -> [S, B]; the plugin sees S B rows of doubles, whatever the type and device of z
/// Cost:    with P parameters a step holds S B P doubles of their derivatives
/// Errors:  the status and text of the plugin; Error{plugin} values that are NaN or +inf where they must not be;
///          Error{unsupported} second derivatives
class CPrior final : public Prior {
 public:
  /// Takes `functions` over: its destroy is called once. Errors: Error{plugin} if functions are missing.
  /// where: what its errors start with, "prior/name (file)". owner: kept until destroy was called.
  CPrior(std::string where, const scprior_prior_c* functions, std::shared_ptr<const void> owner = {});
  ~CPrior() override;

  void build(const Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const at::Tensor& z) override;
  at::Tensor sample(int64_t n, at::Generator generator) override;

 private:
  std::shared_ptr<const void> owner_;
  std::string where_;
  scprior_prior_c functions_;
  int64_t n_latent_ = 0;
  at::Tensor parameters_;  ///< [P], possibly empty; carries the element type and the device of the samples
};

}  // namespace scprior::core
