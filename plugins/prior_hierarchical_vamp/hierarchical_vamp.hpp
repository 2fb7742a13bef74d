// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "scprior/options.hpp"
#include "scprior/prior.hpp"
#include "scprior/pseudo_inputs.hpp"
#include "scprior/two_levels.hpp"

namespace scprior {

/// Prior of two levels: a VampPrior on the upper units z2, and the lower units z1 given the upper ones.
///
///     p(z) = p(z2) p(z1 | z2),   z = [z2 | z1]
///     p(z2) = 1/K Σ_k N(z2; m(u_k), σ²(u_k)) over the first D2 units of the encoder's posterior
///     p(z1 | z2) = N(z1; m_p(z2), exp(v_p(z2))),   v_p = 2 s, s within ± a bound
///
/// A normalised density under any flow, since both factors are. Under the flow `hierarchical` with the same D2, and
/// under the identity, z2 is the encoder's own and a component is q(z2 | u_k); a flow that changes z2 makes the
/// components something else than posteriors.
/// Source:  tomczak2018 (hierarchical VampPrior VAE), the two-level model of sfaira
/// Differs: pseudo-inputs as those of the prior `vamp`; v_p is bounded.
/// Shapes:  z [S, B, D] -> [S, B]
/// Domain:  D >= 2
/// Cost:    prepare: the encoder on K rows; log_prob: O(S B (K D2 + H D)) time, O(S B (K + H)) memory
/// Errors:  Error{argument} if prepare was never called; Error{config} if a level would have no units
class HierarchicalVampPrior final : public Prior {
 public:
  explicit HierarchicalVampPrior(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  int64_t n_initial_cells() const override;
  void initialise(const CellBatch& cells, at::Generator init) override;
  void prepare(const Encode& encode) override;
  at::Tensor log_prob(const at::Tensor& z) override;
  at::Tensor sample(int64_t n, at::Generator generator) override;
  void loaded() override;

  /// [K, G] the pseudo-inputs as the encoder takes them.
  CountMatrix pseudo_inputs() { return inputs_.normalised(); }

 private:
  void check_prepared() const;

  nn::TwoLevelOptions levels_;
  int64_t components_, dims_ = 0, top_ = 0;
  PseudoInputs inputs_;
  std::unique_ptr<nn::BetweenLevels> between_;
  at::Tensor mean_, log_var_;  ///< [K, D2] of the last prepare, with their graph
};

}  // namespace scprior
