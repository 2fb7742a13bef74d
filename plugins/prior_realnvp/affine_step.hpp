// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scprior/mlp.hpp"

namespace scprior {

struct RealNvpOptions {
  std::vector<int64_t> hidden;
  std::string activation;
  double log_scale_bound;
};

/// One affine coupling step: the units `kept` decide how the units `changed` are scaled and shifted.
///
///     (r, m) = network(z_kept);  s = b tanh(r / b);  z_changed <- exp(s) z_changed + m;  ln|det| = Σ s
///
/// Source:  dinh2017 (affine coupling)
/// Differs: s is bounded by b, smoothly. Both directions take exp of the network's output, the inverse at points that
///          training never saw: without a bound a single output of 90 is an infinity in float. A clip would do as well,
///          but its gradient is 0 beyond the bound, and a step that got there would never come back.
/// Shapes:  z [..., D] -> z [..., D], log_det [...]
class RealNvpStep : public Module {
 public:
  RealNvpStep(const at::Tensor& kept, const at::Tensor& changed, const RealNvpOptions& options, at::Generator init);

  struct Result {
    at::Tensor z, log_det;
  };
  Result forward(const at::Tensor& z) const;
  at::Tensor inverse(const at::Tensor& z) const;

 private:
  struct Affine {
    at::Tensor log_scale, shift;  ///< [..., units changed]
  };
  Affine affine(const at::Tensor& z) const;

  double bound_;
  at::Tensor kept_, changed_;  ///< int64, saved with the model
  nn::Mlp network_;
};

}  // namespace scprior
