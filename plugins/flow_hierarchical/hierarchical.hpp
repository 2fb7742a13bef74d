// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "scprior/flow.hpp"
#include "scprior/options.hpp"
#include "scprior/two_levels.hpp"

namespace scprior {

/// Posterior of two levels, q(z2 | x) q(z1 | x, z2), as one affine coupling step on z0 = [z2 | z1⁰].
///
///     z2 unchanged,   z1 = m(z2, h) + exp(s(z2, h)) z1⁰,   ln|det| = Σ_d s_d,   h = context of the cell
///
/// With z1⁰ ~ N(μ(x), σ²(x)) from the encoder: q(z1 | x, z2) = N(m + e^s μ(x), e^2s σ²(x)), s within ± a bound.
/// Source:  tomczak2018 (hierarchical VampPrior VAE), the two-level model of sfaira
/// Differs: there q(z1 | x, z2) is a network of its own of cell and z2; here the encoder is shared, and what depends on
///          z2 is a change of scale and location on top of the encoder's. Starts near the identity.
/// Shapes:  z0 [S, B, D], context [B, C] -> z [S, B, D], log_det [S, B]
/// Domain:  D >= 2
/// Cost:    O(S B H (D + C)), the inverse as much
/// Errors:  Error{config} if a level would have no units
class HierarchicalFlow final : public Flow {
 public:
  explicit HierarchicalFlow(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  int64_t context_width() const override { return context_; }
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override;
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) override;

 private:
  struct Step {
    at::Tensor z2, z1;  ///< the levels of the input: [S, B, D2], [S, B, D1]
    nn::BetweenLevels::Affine change;
  };

  /// Checks the shapes, splits z and asks the network.
  Step split(const char* name, const at::Tensor& z, const at::Tensor& context) const;

  nn::TwoLevelOptions levels_;
  int64_t context_, dims_ = 0, top_ = 0;
  std::unique_ptr<nn::BetweenLevels> between_;
};

}  // namespace scprior
