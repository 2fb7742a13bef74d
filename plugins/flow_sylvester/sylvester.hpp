// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "scprior/flow.hpp"
#include "scprior/nn.hpp"
#include "scprior/options.hpp"

namespace scprior {

/// Sylvester flow: T steps, each a planar step along M orthonormal directions at once.
///
///     z <- z + Q R tanh(a),  a = R̃ Qᵀ z + b        ln|det| += Σ_i ln(1 + c_i tanh'(a_i)),  c_i = r_ii r̃_ii
///
/// Q [D, M] has orthonormal columns; R, R̃ [M, M] are upper triangular, their diagonals hyperbolic tangents, so that
/// c_i > -1 and the step can be inverted. All of Q, R, R̃, b are linear in the cell's context.
/// Source:  vdberg2018 (Sylvester's identity for the determinant; Householder and triangular flow)
/// Differs: the Householder flow there has M = D: here Q is the first M columns of the product of reflections. 1 + c_i
///          is a sum of positive terms: c_i near -1 loses no digits. R̃ need not be invertible for the inverse.
/// Shapes:  z0 [S, B, D], context [B, C] -> z [S, B, D], log_det [S, B]
/// Cost:    T (M² + 2 M + n D) numbers per cell for n reflections, C times that in weights; forward
///          O(T B (C (M² + n D) + n M D + S M D)); the inverse solves M scalar equations per step, one after the other
class SylvesterFlow final : public Flow {
 public:
  explicit SylvesterFlow(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  int64_t context_width() const override { return context_; }
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override;
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) override;

 private:
  /// What the steps of each cell are made of, step by step.
  struct Steps {
    std::vector<at::Tensor> q;           ///< [B, D, M]
    std::vector<at::Tensor> r, r_tilde;  ///< [B, M, M]
    std::vector<at::Tensor> b;           ///< [B, 1, M]
    std::vector<at::Tensor> one_plus_c;  ///< [B, 1, M]
  };

  Steps steps_of(const at::Tensor& context) const;
  at::Tensor permutations(const at::Tensor& like) const;
  void check(const char* name, const at::Tensor& z, const at::Tensor& context) const;

  int64_t n_steps_, rank_, reflections_, context_, dims_ = 0;
  std::unique_ptr<nn::Linear> head_;  ///< context -> [T, M (M + 2) + n D]
};

}  // namespace scprior
