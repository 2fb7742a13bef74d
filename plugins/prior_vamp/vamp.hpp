// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "scprior/options.hpp"
#include "scprior/prior.hpp"
#include "scprior/pseudo_inputs.hpp"
#include "untied_encoder.hpp"

namespace scprior {

/// Variational mixture of posteriors: p(z) is the average posterior of K learnable pseudo-inputs u_k.
///
///     ln p(z) = logsumexp_k Σ_d ln N(z_d; m_d(u_k), σ_d²(u_k)) - ln K
///
/// m and σ² are the encoder's own, so that gradients reach the pseudo-inputs and the encoder.
/// Source:  tomczak2018; K = 500 as in dony2020
/// Differs: pseudo-inputs live in log1p-normalised counts and start from training cells. As in sfaira, log_k = false
///          leaves out -ln K: values are then ln K too high, and no density; and tied = false sends the pseudo-inputs
///          through a network that is never trained: p(z) is then no mixture of posteriors.
/// Shapes:  z [S, B, D] -> [S, B]
/// Cost:    prepare: the encoder on K rows; log_prob: O(S B K D) time, O(S B K) memory
/// Errors:  Error{argument} if prepare was never called
class VampPrior final : public Prior {
 public:
  explicit VampPrior(const Options& options);
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
  at::Tensor log_weights() const;  ///< [K], exp sums to 1
  void check_prepared() const;

  PseudoInputOptions input_options_;
  bool tied_, log_k_, learnable_weights_;
  std::vector<int64_t> untied_hidden_;
  int64_t dims_ = 0;
  PseudoInputs inputs_;
  std::unique_ptr<UntiedEncoder> untied_;
  at::Tensor weight_logits_;   ///< [K] if the weights are learned
  at::Tensor mean_, log_var_;  ///< [K, D] of the last prepare, with their graph
};

}  // namespace scprior
